package demo

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox/imapsim"
)

// place is where a mail lies on the server.
type place struct {
	folder string
	uid    uint32
}

// delivery is a mail that the server was given.
type delivery struct {
	place
	key    string
	digest string
}

// player lets the story happen and says what came of it.
type player struct {
	*office
	words
	runs   func(ctx context.Context, out, errOut io.Writer, args ...string) int
	errOut io.Writer

	mails      map[string]letter
	composed   map[string][]byte // by key
	deliveries []delivery
	rows       map[string]ask.CaseRow // the cases as they were last seen
	step       int                    // of the day
}

func (p *player) play(ctx context.Context) error {
	day := ""
	for _, c := range story() {
		p.chapter(c.title, c.about)
		for _, s := range c.steps {
			p.step++
			if s.day != "" {
				day, p.step = s.day, 0
				p.newDay(civil.Of(at(day, 0)))
			}
			p.clock.advance(at(day, 9).Add(time.Duration(p.step) * 20 * time.Minute))
			does := p.clerk
			if s.who == "" {
				does = p.mail
			}
			if err := does(ctx, s); err != nil {
				return fmt.Errorf("%s %s：%w", day, s.does, err)
			}
			if p.failed != nil {
				return p.failed
			}
		}
	}
	p.clock.advance(at(today, 9))
	return nil
}

// mail delivers a mail, has the daemon poll, and says where it went.
func (p *player) mail(ctx context.Context, s step) error {
	l, ok := p.mails[s.does]
	if !ok {
		return errors.New("no such mail")
	}
	arrived := p.clock.now()
	if s.from != "" {
		arrived = civil.MustParse(s.from).Start().Add(9 * time.Hour)
	}
	raw := p.composed[s.does] // delivered again, it is the same to the byte
	if raw == nil {
		var err error
		if l.subject, err = p.resolve(ctx, l.subject); err != nil {
			return err
		}
		raw = l.compose(s.does, arrived)
		p.composed[s.does] = raw
	}
	sum := sha256.Sum256(raw)
	d := delivery{place{folder: cmp.Or(s.in, inbox)}, s.does, hex.EncodeToString(sum[:])}
	d.uid = p.sim.Add(d.folder, raw, arrived)
	p.deliveries = append(p.deliveries, d)
	if l.withheld {
		p.sim.Inject(imapsim.At{Kind: imapsim.Fetch, UID: d.uid}.Do(imapsim.Omit))
	}
	m, err := p.fetched(ctx, d)
	if err != nil {
		return err
	}
	row, fresh, err := p.look(ctx, m)
	if err != nil {
		return err
	}
	p.arrived(s, l, m, row, fresh)
	return nil
}

// tries is how often the poller asks for a mail before it sets it aside.
const tries = 3

// fetched polls until the book knows where the mail ended: at once, unless the server withholds it.
func (p *player) fetched(ctx context.Context, d delivery) (ask.MailView, error) {
	for range tries {
		if _, err := ask.Do(ctx, p.client, ask.Poll, ask.None{}); err != nil {
			return ask.MailView{}, err
		}
		book, err := p.book(ctx)
		if err != nil {
			return ask.MailView{}, err
		}
		if m, ok := book[d.place]; ok {
			return m, nil
		}
	}
	return ask.MailView{}, fmt.Errorf("%s UID %d: the book does not know it", d.folder, d.uid)
}

// book asks, as a person would, where every mail ended.
func (p *player) book(ctx context.Context) (map[place]ask.MailView, error) {
	var mails []ask.MailView
	if err := p.ask(ctx, &mails, "mail", "list", "--cases", "--history", "--parked", "--duplicate", "--quarantined"); err != nil {
		return nil, err
	}
	book := make(map[place]ask.MailView, len(mails))
	for _, m := range mails {
		book[place{string(m.Folder), m.UID}] = m
	}
	return book, nil
}

// look returns the case on which a mail ended, if any, and whether it made that case.
func (p *player) look(ctx context.Context, m ask.MailView) (row ask.CaseRow, fresh bool, err error) {
	if m.Case == "" {
		return row, false, nil
	}
	d, err := ask.Do(ctx, p.client, ask.Show, ask.BareCase(m.Case))
	if err != nil {
		return row, false, err
	}
	_, known := p.rows[string(m.Case)]
	p.rows[string(m.Case)] = d.CaseRow
	return d.CaseRow, !known, nil
}

// clerk types a command and says what it changed.
func (p *player) clerk(ctx context.Context, s step) error {
	line, err := p.resolve(ctx, s.does)
	if err != nil {
		return err
	}
	var got struct {
		ask.AppendResult // of most commands
		ask.CaseRow      // of mail open
	}
	if err := p.ask(ctx, &got, strings.Fields(line)...); err != nil {
		return err
	}
	if got.Case != "" {
		got.Cases = append(got.Cases, got.CaseRow)
	}
	p.acted(s, line, got.AppendResult, p.rows)
	for _, r := range got.Cases {
		p.rows[string(r.Case)] = r
	}
	return nil
}

// ask runs a command and reads its JSON.
func (p *player) ask(ctx context.Context, into any, args ...string) error {
	var out bytes.Buffer
	if err := p.run(ctx, &out, append(args, "--json")...); err != nil {
		return err
	}
	return json.Unmarshal(out.Bytes(), into)
}

// run runs a command on this office, whatever the environment says.
func (p *player) run(ctx context.Context, out io.Writer, args ...string) error {
	var said bytes.Buffer
	code := p.runs(ctx, out, &said, append([]string{"--config", p.config, "--socket", p.socket}, args...)...)
	if code != 0 {
		return fmt.Errorf("ysq %s: exit code %d: %s", strings.Join(args, " "), code, bytes.TrimSpace(said.Bytes()))
	}
	_, err := p.errOut.Write(said.Bytes())
	return err
}

var reference = regexp.MustCompile(`\{[#@]?\w+\}`)

// resolve puts numbers where a text names a mail: {key} is its case, {#key} the last record on that
// case, {@key} its digest, as much of it as people type.
func (p *player) resolve(ctx context.Context, text string) (string, error) {
	var err error
	resolved := reference.ReplaceAllStringFunc(text, func(ref string) string {
		key := strings.Trim(ref, "{#@}")
		sum := sha256.Sum256(p.composed[key])
		digest := hex.EncodeToString(sum[:])
		if ref[1] == '@' {
			return digest[:12]
		}
		m, e := ask.Do(ctx, p.client, ask.Mail, ask.MailRef{Mail: digest})
		if e != nil || m.Case == "" {
			err = errors.Join(err, e, fmt.Errorf("%s names no case", ref))
			return ref
		}
		if ref[1] != '#' {
			return string(m.Case)
		}
		d, e := ask.Do(ctx, p.client, ask.Show, ask.BareCase(m.Case))
		if e != nil {
			err = errors.Join(err, e)
			return ref
		}
		return fmt.Sprint(d.Last)
	})
	return resolved, err
}

// show runs the commands whose output is the point, as they are.
func (p *player) show(ctx context.Context) error {
	p.chapter("五、各处看一看", "以下是命令的原样输出。")
	for _, v := range views() {
		line, err := p.resolve(ctx, v.does)
		if err != nil {
			return err
		}
		if v.head == 0 {
			p.prompt("ysq "+line, v.about)
			if err := p.run(ctx, p.out, strings.Fields(line)...); err != nil {
				return err
			}
			p.say("")
			continue
		}
		p.prompt(fmt.Sprintf("ysq %s | head -n %d", line, v.head), v.about)
		var all bytes.Buffer
		if err := p.run(ctx, &all, strings.Fields(line)...); err != nil {
			return err
		}
		lines := slices.Collect(strings.Lines(all.String()))
		p.say("%s", strings.Join(lines[:min(v.head, len(lines))], ""))
	}
	return nil
}

// farewell says what to try on the register that is left running.
func (p *player) farewell(ctx context.Context, address string) error {
	p.chapter("六、轮到您了", "登记库仍在运行，时钟从 2026-11-23 09:00 走下去。")
	p.say("在浏览器里办理（60 秒内进入；过了就按回车，换一个新的）：\n  %s", p.bold(address))
	p.say("或者另开一个终端：")
	p.say("  %s", p.bold("export YSQ_CONFIG="+p.config))
	for _, s := range suggestions() {
		line, err := p.resolve(ctx, strings.ReplaceAll(s[0], "{dir}", p.dir))
		if err != nil {
			return err
		}
		p.say("  %s\n  %s", p.dim("# "+s[1]), p.bold("ysq "+line))
	}
	p.say("\n  目录    %s\n  配置    %s\n  套接字  %s\n  日志    %s", p.dir, p.config, p.socket, p.log)
	p.say("\n按 Ctrl-C 结束：守护进程依次停下，临时目录随即删除。")
	return p.failed
}
