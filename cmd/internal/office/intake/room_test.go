package intake

import "testing"

// Two batches of each account are open files: they leave the half of all that the socket may take, and some more.
func TestBatchMails(t *testing.T) {
	for _, c := range []struct {
		files    uint64
		accounts int
		want     int
	}{
		{524288, 1, 200}, {524288, 60, 200}, {1024, 1, 200}, {1024, 2, 102}, {1024, 0, 200}, {256, 1, 51}, {256, 100, 1}, {0, 1, 1},
	} {
		if got := batchMails(c.files, c.accounts); got != c.want {
			t.Errorf("%d files, %d accounts: %d, want %d", c.files, c.accounts, got, c.want)
		}
	}
}
