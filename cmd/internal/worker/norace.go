//go:build !race

package worker

// slack is 1: the limits are what they say.
const slack = 1
