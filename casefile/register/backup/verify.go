package backup

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"ysq.internal/ysq/casefile/civil"
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

// Witnessed reports whether a backup bears a name that we gave it, whole or not. Such a name is compared with the contents;
// any other proves nothing.
func Witnessed(path string) bool { return begun.MatchString(filepath.Base(path)) }

func witness(base string) (name, bool) {
	if m := kept.FindStringSubmatch(base); m != nil {
		return parseName(m[1])
	}
	return name{}, false
}

// misnamed compares the name of a backup with its contents. The digest in the name is a witness, since somebody may have
// written the name down elsewhere; the time in it decides how long the backup is kept and which one is the latest. A name
// that only begins like one of ours has been changed; any other proves nothing.
func misnamed(base string, m Manifest) []register.Difference {
	const do = "查明谁改了名字，或者换过里面的文件；用另一份备份"
	n, ok := witness(base)
	if !ok {
		if begun.MatchString(base) {
			return []register.Difference{{Place: "backup", Key: base, Do: do, What: "名字像是 ysq backup 起的，但不完整，里面的摘要无从对照"}}
		}
		return nil
	}
	is := nameOf(m.Register, m.Taken, m.Records, m.Head, n.encrypted)
	if n.register == is.register && n.seq == is.seq && n.head == is.head && n.taken.Equal(is.taken) {
		return nil
	}
	return []register.Difference{{Place: "backup", Key: base, Do: do, What: "名字里是" + n.words() + "，里面是" + is.words()}}
}

func (n name) words() string {
	return fmt.Sprintf("登记库 %s、%s、第 %d 条、摘要 %s", n.register, n.taken.In(civil.Zone).Format("2006-01-02 15:04:05"), n.seq, n.head)
}
