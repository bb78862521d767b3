package backup

import (
	"context"
	"path/filepath"

	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
)

// Verify is register.VerifyDir of a plain backup, which must also be what its backup.json says.
func Verify(ctx context.Context, dir string, o register.Options, tell register.Progress) ([]register.Difference, error) {
	m, unsaid := manifestOf(dir)
	found, err := register.VerifyDir(ctx, dir, o, tell)
	if err != nil {
		if unsaid != nil { // no backup at all; what Open says of a missing register would lead astray
			err = unsaid
		}
		return nil, err
	}
	const do = "用另一份备份"
	if unsaid != nil {
		return append(found, register.Difference{Place: "backup", Key: "backup.json", What: unsaid.Error(), Do: do}), nil //nolint:nilerr // it is reported as a difference
	}
	sum, err := durable.Sum(filepath.Join(dir, register.FileName))
	if err != nil {
		return nil, err
	}
	if sum != m.Database {
		found = append(found, register.Difference{Place: "backup", Key: register.FileName, What: "与 backup.json 所记摘要不符", Do: do})
	}
	return found, nil
}
