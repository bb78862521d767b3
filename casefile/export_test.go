package casefile

// ShapedRecord is what DecodeRecord tries first.
var ShapedRecord = shapedRecord
