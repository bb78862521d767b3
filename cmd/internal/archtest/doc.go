// Package archtest holds the source tree to the shape of the house: who may import whom and which
// module, who may ask for the time, how large a file may grow. Its test reads every file of the
// module, also those that another system's build tags hide. Each rule carries its reason; whoever
// breaks one either changes the code or argues with the reason in the commit that changes the rule.
package archtest
