package backup

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
)

// Verify is register.VerifyDir of a plain backup, which must also be what its backup.json says.
func Verify(ctx context.Context, dir string, o register.Options, tell register.Progress) ([]register.Difference, error) {
	if strings.HasSuffix(dir, encrypted) {
		return nil, fmt.Errorf("%s 是加密的，不能就地核验；请用 ysq restore --test --age-identity 私钥文件 %s", dir, dir)
	}
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
	return append(found, misnamed(filepath.Base(dir), m)...), nil
}

// misnamed holds the digest in a backup's name against its head: the name may have been copied elsewhere, and
// is a witness. A directory of another name says nothing.
func misnamed(base string, m Manifest) []register.Difference {
	n, ok := parseName(base)
	if !ok {
		return nil
	}
	if is := nameOf(m.Register, m.Taken, m.Records, m.Head, n.encrypted); n.head != is.head || n.seq != is.seq || n.register != is.register {
		return []register.Difference{{Place: "backup", Key: base, Do: "查明谁改了名字，或者换过里面的文件；用另一份备份",
			What: fmt.Sprintf("名字里是登记库 %s 第 %d 条、摘要 %s，里面是登记库 %s 第 %d 条、摘要 %s", n.register, n.seq, n.head, is.register, is.seq, is.head)}}
	}
	return nil
}
