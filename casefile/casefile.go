// Package casefile is the domain: an application for government information (依申请公开) as a case
// whose whole history is a list of dated records.
package casefile

// ID is a case number as people write it, such as 2026-00017. Numbers given by the register are the
// year of arrival and a running number; those taken over from a ledger are whatever stood there.
type ID string
