package words

// maxNear bounds what Nearest compares: longer input is no slip of the hand.
const maxNear = 64

// Nearest returns the first of the known words that a slip of the hand separates least from s, if at most
// that many characters were put in, taken out or changed, and fewer than it has; otherwise "".
func Nearest(s string, known []string, most int) string {
	if len(s) > maxNear {
		return ""
	}
	best, least := "", most+1
	for _, k := range known {
		if d := distance([]rune(s), []rune(k)); d < least && d < len([]rune(k)) {
			best, least = k, d
		}
	}
	return best
}

// distance counts the characters to put in, take out or change (Levenshtein).
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
