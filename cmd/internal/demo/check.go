package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ysq.internal/ysq/cmd/internal/ask"
)

// check proves that nothing is missing: every mail that the server holds has its place and, if the
// server gave it out, its bytes on the disk; the year's table holds together and counts the cases
// that the list shows; and nobody has changed anything on the server.
func (p *player) check(ctx context.Context) error {
	book, err := p.book(ctx)
	if err != nil {
		return err
	}
	var errs []error
	originals := map[string]bool{}
	for _, d := range p.deliveries {
		errs = append(errs, p.kept(d, book))
		delete(book, d.place)
		if !p.mails[d.key].withheld {
			originals[d.digest] = true
		}
	}
	for at := range book {
		errs = append(errs, fmt.Errorf("账上有 %s UID %d，服务器上没有这封信", at.folder, at.uid))
	}
	if changed := p.sim.Mutations(); len(changed) > 0 {
		errs = append(errs, fmt.Errorf("信箱被改动：%v", changed))
	}
	cases, err := p.table(ctx)
	if err = errors.Join(append(errs, err)...); err != nil {
		return fmt.Errorf("演示的自检没有通过：%w", err)
	}
	p.say("自检通过：服务器上的 %d 封信各有去处，原件（%d 份）逐字节相同，信箱未被改动；\n          %d 件申请与表三逐列相符，勾稽关系成立。",
		len(p.deliveries), len(originals), cases)
	return nil
}

// kept checks one mail.
func (p *player) kept(d delivery, book map[place]ask.MailView) error {
	m, ok := book[d.place]
	if !ok {
		return fmt.Errorf("%s UID %d（%s）没有去处", d.folder, d.uid, d.key)
	}
	if p.mails[d.key].withheld {
		if m.Disposition != "quarantined" {
			return fmt.Errorf("%s 取不到，却不在未取回之列：%s", d.key, m.Disposition)
		}
		return nil
	}
	if m.Digest.String() != d.digest {
		return fmt.Errorf("%s 的摘要是 %s，账上是 %s", d.key, d.digest, m.Digest)
	}
	data, err := os.ReadFile(filepath.Join(p.dir, "state", "mail", d.digest[:1], d.digest+".eml"))
	if err != nil {
		return fmt.Errorf("%s 的原件：%w", d.key, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != d.digest {
		return fmt.Errorf("%s 的原件与来信不同", d.key)
	}
	return nil
}

// table checks the identities of the year's table, and its first row against the list of cases,
// counted here once more. It returns how many applications that are.
func (p *player) table(ctx context.Context) (cases int, err error) {
	r, err := ask.Do(ctx, p.client, ask.Report, ask.YearRef{Year: year})
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, c := range r.Checks {
		switch c.ID {
		case "row-sums", "column-sums", "balance":
			if !c.OK {
				errs = append(errs, errors.New(c.Detail))
			}
		}
	}
	counted := r.Table3[0] // 一、本年新收
	listed := counted
	clear(listed[:])
	columns := map[ask.Text]int{"自然人": 0, "商业企业": 1, "科研机构": 2, "社会公益组织": 3, "法律服务机构": 4, "其他": 5}
	total := len(columns)
	err = ask.Each(ctx, p.client, ask.List, ask.ListQuery{All: true}, func(r ask.CaseRow) error {
		if r.Kind == "application" && r.Stage != "dismissed" {
			listed[columns[r.Category]]++
			listed[total]++
		}
		return nil
	})
	if listed != counted {
		errs = append(errs, fmt.Errorf("表三本年新收为 %v，案件列表为 %v", counted, listed))
	}
	return listed[total], errors.Join(append(errs, err)...)
}
