//go:build race

package worker

// slack is what a child built with the race detector needs of memory and time, as a multiple: the
// detector keeps several bytes beside each of the program's.
const slack = 8
