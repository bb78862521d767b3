package imapsource

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"ysq.internal/ysq/mailbox"
)

// Probe has a conversation with the server, for people to read. It speaks for itself instead of through go-imap, which tells only
// what it understood, and sends no command that polling does not send, but CAPABILITY and NOOP.
func (s *Source) Probe(ctx context.Context, o mailbox.ProbeOptions) (mailbox.Probe, error) {
	var p mailbox.Probe
	conn, err := s.dial(ctx)
	if err != nil {
		return p, err
	}
	defer conn.Close()
	p.CertificateEnds = certificateEnds(conn)
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	t := newTalk(conn, s.opts)
	v := &visit{talk: t, probe: &p, options: o}
	err = v.run(ctx)
	p.Lines = t.lines
	if err != nil && ctx.Err() != nil {
		err = &mailbox.Error{Fault: mailbox.FaultUnreachable, Doing: "probing", Err: context.Cause(ctx)}
	}
	return p, err
}

// visit is one conversation in its order.
type visit struct {
	*talk
	probe   *mailbox.Probe
	options mailbox.ProbeOptions
}

func (v *visit) run(ctx context.Context) error {
	if err := v.login(); err != nil {
		return err
	}
	v.probe.LoggedIn = true
	caps, err := v.say("CAPABILITY")
	if err != nil {
		return err
	}
	v.probe.Capabilities = strings.Fields(caps.untagged("CAPABILITY"))
	id, err := v.say(`ID ("name" "ysq" "version" ` + quoted(v.opts.Version) + ` "vendor" "ysq")`)
	if err != nil {
		return err
	}
	v.probe.Named = id.ok()
	if err := v.folders(ctx); err != nil {
		return err
	}
	if v.options.Live {
		if err := v.ask(ctx); err != nil {
			return err
		}
	}
	v.say("LOGOUT") // what it says no longer matters
	return nil
}

// folders looks at each folder that would be polled, the inbox first and last: its UIDs are listed.
func (v *visit) folders(ctx context.Context) error {
	list, err := v.say(`LIST "" "*"`)
	if err != nil {
		return err
	}
	names, marks := map[string]string{"INBOX": `"INBOX"`}, map[string]imap.MailboxAttr{}
	var all []*imap.ListData
	for _, line := range list.lines {
		if data, wire, ok := listed(line); ok {
			all = append(all, data)
			names[data.Mailbox] = wire
			if i := slices.IndexFunc(data.Attrs, otherUse); i >= 0 {
				marks[data.Mailbox] = data.Attrs[i]
			}
		}
	}
	found := chooseFolders(all)
	chosen := mailbox.Chosen(found, v.options.Folders)
	for _, f := range found {
		if !slices.ContainsFunc(chosen, func(c mailbox.Folder) bool { return c.Name == f.Name }) {
			v.probe.Unpolled = append(v.probe.Unpolled, f)
		}
	}
	for _, f := range chosen {
		_, listed := names[f.Name]
		if !listed {
			names[f.Name] = encodedName(f.Name)
		}
		one, err := v.examine(f, names[f.Name])
		if err != nil {
			return err
		}
		one.Unlisted = !listed
		if f.Role == mailbox.RoleInbox {
			one.Marked = string(marks[f.Name])
		}
		if f.Role == mailbox.RoleInbox && one.Refused == "" {
			if err := v.span(&one); err != nil {
				return err
			}
		}
		v.probe.Folders = append(v.probe.Folders, one)
	}
	return v.steady(ctx, names)
}

// steady looks whether the folders are the same ones in another second.
func (v *visit) steady(ctx context.Context, names map[string]string) error {
	if err := mailbox.Pause(ctx, mailbox.Second); err != nil {
		return err
	}
	for i := range v.probe.Folders {
		one := &v.probe.Folders[i]
		if one.Exists == 0 || one.UIDValidity == 0 || one.Refused != "" {
			continue
		}
		again, err := v.examine(one.Folder, names[one.Name])
		if err != nil {
			return err
		}
		one.Unsteady = again.UIDValidity != one.UIDValidity && again.Refused == ""
	}
	return nil
}

func (v *visit) examine(f mailbox.Folder, wire string) (mailbox.ProbedFolder, error) {
	one := mailbox.ProbedFolder{Folder: f}
	command := "EXAMINE "
	if v.opts.Select {
		command = "SELECT "
	}
	r, err := v.say(command + wire)
	if err != nil {
		return one, err
	}
	if !r.ok() {
		one.Refused = v.redact(r.text)
		return one, nil
	}
	one.UIDValidity, one.UIDNext, one.Exists = r.code("UIDVALIDITY"), r.code("UIDNEXT"), r.exists()
	return one, nil
}

// span lists the UIDs of the open folder and asks when the first and the last of them came.
func (v *visit) span(f *mailbox.ProbedFolder) error {
	uids, err := v.search()
	if err != nil || len(uids) == 0 {
		return err
	}
	f.Listed = len(uids)
	for _, end := range []struct {
		uid uint32
		at  *time.Time
	}{{uids[0], &f.Oldest}, {uids[len(uids)-1], &f.Newest}} {
		r, err := v.say(fmt.Sprintf("UID FETCH %d (UID RFC822.SIZE INTERNALDATE)", end.uid))
		if err != nil {
			return err
		}
		*end.at = r.internalDate()
	}
	return nil
}

func (v *visit) search() ([]uint32, error) {
	r, err := v.say("UID SEARCH ALL")
	if err != nil {
		return nil, err
	}
	var uids []uint32
	for word := range strings.FieldsSeq(r.untagged("SEARCH")) {
		if n, err := strconv.ParseUint(word, 10, 32); err == nil {
			uids = append(uids, uint32(n))
		}
	}
	slices.Sort(uids)
	return uids, nil
}

func (v *visit) answer(question, format string, args ...any) {
	v.probe.Answers = append(v.probe.Answers, mailbox.ProbeAnswer{Question: question, Answer: fmt.Sprintf(format, args...)})
}

// ask finds out what the documents of providers do not say (mailbox/PROVIDERS.md#not-known).
func (v *visit) ask(ctx context.Context) error {
	v.answer("登录后的能力（CAPABILITY）", "%s", strings.Join(v.probe.Capabilities, " "))
	v.answer("ID", "%s", map[bool]string{true: "接受", false: "不接受"}[v.probe.Named])
	if len(v.probe.Folders) == 0 || v.probe.Folders[0].Refused != "" {
		return nil
	}
	inbox := v.probe.Folders[0]
	if inbox.UIDNext > 0 {
		v.answer("EXAMINE 是否给出 UIDNEXT", "给出")
	} else {
		v.answer("EXAMINE 是否给出 UIDNEXT", "不给出")
	}
	for _, f := range v.probe.Folders[1:] {
		if f.Role == mailbox.RoleJunk && f.Refused == "" {
			v.answer("垃圾邮件类文件夹的 UIDVALIDITY", "%d，收件箱 %d", f.UIDValidity, inbox.UIDValidity)
		}
	}
	if _, err := v.examine(inbox.Folder, `"INBOX"`); err != nil {
		return err
	}
	uids, err := v.search()
	if err != nil {
		return err
	}
	v.answer("UID SEARCH ALL", "列出 %d 封，EXISTS %d", len(uids), inbox.Exists)
	if len(uids) > 0 {
		v.answer("INTERNALDATE", "最早 %s，最新 %s", inbox.Oldest.Format(time.RFC3339), inbox.Newest.Format(time.RFC3339))
		if err := v.pieces(uids[len(uids)-1]); err != nil {
			return err
		}
	} else {
		v.answer("分段取信", "收件箱是空的，无法判断：请先给邮箱发一封信")
	}
	return v.noop(ctx, inbox.Exists)
}

// mostPieces bounds what is fetched to compare sizes: 4 MiB.
const mostPieces = 16

// pieces fetches a mail bit by bit and counts.
func (v *visit) pieces(uid uint32) error {
	total, size, honoured := int64(0), int64(-1), true
	whole := false
	for n := range mostPieces {
		r, err := v.say(fmt.Sprintf("UID FETCH %d (UID RFC822.SIZE BODY.PEEK[]<%d.%d>)", uid, n*pieceSize, pieceSize))
		if err != nil {
			return err
		}
		size = max(size, r.number("RFC822.SIZE"))
		total += r.literal
		honoured = honoured && r.literal <= pieceSize && strings.Contains(strings.Join(r.lines, ""), fmt.Sprintf("<%d>", n*pieceSize))
		if whole = r.literal < pieceSize || !honoured; whole {
			break
		}
	}
	v.answer("是否遵守分段（BODY.PEEK[]<起点.长度>）", "%s", map[bool]string{true: "遵守", false: "不遵守：返回了整封或另一段"}[honoured])
	switch {
	case !whole:
		v.answer("RFC822.SIZE 与各段之和", "最新一封超过 %d MiB，未比较", mostPieces*pieceSize>>20)
	case size == total:
		v.answer("RFC822.SIZE 与各段之和", "相等（%d 字节）", size)
	default:
		v.answer("RFC822.SIZE 与各段之和", "不等：RFC822.SIZE %d，各段之和 %d", size, total)
	}
	return nil
}

// noop tells whether NOOP announces a mail that comes while the folder is open, or only opening it
// anew does. Without a new mail there is no telling.
func (v *visit) noop(ctx context.Context, before int) error {
	const question = "新邮件由 NOOP 还是重新 EXAMINE 得知"
	announced := 0
	for deadline := time.Now().Add(v.options.Wait); ; {
		r, err := v.say("NOOP")
		if err != nil {
			return err
		}
		announced = max(announced, r.exists())
		if announced > before || !time.Now().Before(deadline) {
			break
		}
		if err := rest(ctx, min(10*time.Second, time.Until(deadline))); err != nil {
			return err
		}
	}
	again, err := v.examine(mailbox.Folder{Name: "INBOX"}, `"INBOX"`)
	switch {
	case err != nil:
		return err
	case announced > before:
		v.answer(question, "NOOP 即得知（EXISTS %d → %d）", before, announced)
	case again.Exists > before:
		v.answer(question, "NOOP 不告知，重新 EXAMINE 才得知（EXISTS %d → %d）", before, again.Exists)
	default:
		v.answer(question, "其间没有新邮件，无法判断：用 --wait 90s，并在等待时给邮箱发一封信")
	}
	return nil
}

func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
