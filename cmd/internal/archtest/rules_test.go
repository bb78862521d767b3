package archtest

// A pattern is a path of a package within the module; "a/..." is a and everything below it.

// forAll is what anyone may import of ours: a date is a value like a time, a panic an error, and a regular expression one like
// a text.
var forAll = []string{"casefile/civil", "casefile/regexp", "casefile/panics"}

// house lists every package with what it may import of ours, besides what is for all. A package that is not
// listed has no place in the house.
var house = []room{
	{"casefile/civil", nil, "the day of the law knows nothing else"},
	{"casefile/regexp", nil, "the standard library's expressions, later"},
	{"casefile/panics", nil, "an error knows nothing else"},
	{"casefile/workday", nil, "the calendar is made of days only"},
	{"casefile", []string{"casefile/workday"}, "the domain depends on no adapter: the law must be testable without a mailbox or a disk"},
	{"casefile/unseen", nil, "what a page hides is the same for the mail's text and for its form"},
	{"casefile/form", domain("casefile/ooxml", "casefile/unseen"), "reading a form is pure: the process around it is worker's"},
	{"casefile/match", domain("casefile/fee"), "matching decides from values, so that a decision can be repeated; of many applications it says what one costs"},
	{"casefile/letter", domain("casefile/ooxml", "casefile/words"), "letters are made from cases and templates alone"},
	{"casefile/fee", domain(), "an amount is computed from counts and cases, so that it can be explained"},
	{"casefile/words", nil, "what a text's words are is the same for whoever writes the index and whoever asks it"},
	{"casefile/ledger", domain("casefile/ooxml", "casefile/words"), "the ledger is rows of cases, wherever they are kept"},
	{"casefile/ooxml", nil, "plumbing for zip and xml knows no case"},
	{"casefile/durable", nil, "how a file is written so that it survives is the same whatever is in it"},
	{"casefile/durable/durabletest", []string{"casefile/durable"}, "a disk that fails and forgets, for the tests of all who write files"},
	{"casefile/register/backup", domain("casefile/durable", "casefile/register"), "a backup is a register's files; what is in them only the register knows"},
	{"casefile/register/words", nil, "an index of words knows no case: what has them is a number to it"},
	{"casefile/register", domain("casefile/durable", "casefile/register/words"), "the register stores what the domain decided and knows no other adapter"},

	{"stats", domain(), "the report is computed from cases alone, so that every cell can be traced"},
	{"stats/annual", []string{"stats"}, "the clerk's file is words and numbers for the report; where it is kept is for the daemon to know"},
	{"stats/published", []string{"stats", "casefile/form"}, "one package reads files of people; what their words and numbers are is the form's affair"},
	{"stats/render", []string{"stats", "stats/render/grid", "casefile/ooxml"}, "a renderer sees the report and nothing behind it: the same cells in each format"},
	{"stats/render/grid", nil, "a table on a terminal knows nothing of what it shows"},

	{"mailbox", domain("mailbox/parse", "mailbox/rawstore"), "the poller knows its source and its intake as interfaces only"},
	{"mailbox/imapsource", domain("mailbox", "mailbox/rawstore"), "it streams into the store's temporary files, as mailbox.Source says, and knows no other neighbour"},
	{"mailbox/outbox", domain("mailbox"), "sending must not be able to hold up intake"},
	{"mailbox/rawstore", domain("casefile/durable"), "the files of mails are kept without knowing where they came from"},
	{"mailbox/parse", domain("casefile/unseen"), "parsing is total and needs bytes only"},
	{"mailbox/simnet", nil, "the simulated servers must not share our errors"},
	{"mailbox/imapsim", []string{"mailbox/simnet"}, "the simulated server must not share our errors"},
	{"mailbox/smtpsim", []string{"mailbox/simnet"}, "the simulated server must not share our errors"},
	{"mailbox/realtest", nil, "the real servers must not share our errors"},
	{"mailbox/eximtest", []string{"mailbox/realtest"}, "the real server must not share our errors"},
	{"mailbox/dovecottest", []string{"mailbox/realtest"}, "the real server must not share our errors"},
	{"mailbox/roottest", []string{"mailbox/realtest"}, "the real servers must not share our errors"},

	{"config", []string{"casefile/words", "casefile/durable"}, "the configuration is values; cmd decides what is done with them"},
	{"deploy", nil, "files only"},
	{"deploy/doc", nil, "a guide is followed by whoever has an office for it"},
	{"deploy/boottest", nil, "it installs packages, as an office does"},
	{"deploy/package", nil, "it packs what was built and looks into nothing"},

	{"cmd/ysq", []string{"cmd/internal/cli"}, "main translates the operating system, nothing else"},
	{"cmd/internal/cli", domain("stats", "stats/render", "stats/published", "cmd/internal/ask", "config", "casefile/ooxml", "casefile/durable", "casefile/letter", "casefile/words", "cmd/internal/daemon", "cmd/internal/offline", "cmd/internal/demo", "cmd/internal/web", "cmd/internal/worker", "stats/render/grid"), "a command holds the values that the wire carries and speaks to the daemon; it cannot get around masking and roles by opening the register"},
	{"cmd/internal/ask", domain("casefile/fee", "stats", "cmd/internal/ask/wire"), "what can be asked is words and values; whoever answers is an interface"},
	{"cmd/internal/ask/wire", nil, "bytes go over the socket whatever they say"},
	{"cmd/internal/office/desk", domain("casefile/durable", "casefile/register", "mailbox", "mailbox/parse", "mailbox/rawstore", "config", "cmd/internal/ask"), "the ground of all rooms knows none of them"},
	{"cmd/internal/office/desk/desktest", domain("casefile/durable", "casefile/register", "config", "cmd/internal/ask", "cmd/internal/office/desk"), "a desk of its own for the tests of each room"},
	{"cmd/internal/office/record", domain("casefile/fee", "casefile/ledger", "casefile/register", "casefile/words", "config", "cmd/internal/ask", "cmd/internal/office/desk"), "what is recorded is judged in one room, below everybody who has something to record"},
	{"cmd/internal/office/intake", domain("casefile/match", "casefile/register", "mailbox", "mailbox/imapsource", "mailbox/parse", "mailbox/rawstore", "config", "cmd/internal/ask", "cmd/internal/office/desk", "cmd/internal/office/record"), "a mail gets its place without waiting for its attachments, for letters or for the post"},
	{"cmd/internal/office/reading", domain("casefile/fee", "casefile/form", "casefile/match", "casefile/register", "mailbox/parse", "cmd/internal/ask", "cmd/internal/worker", "cmd/internal/office/desk", "cmd/internal/office/record"), "hostile files are read in one room, which knows no mailbox and sends nothing"},
	{"cmd/internal/office/search", domain("casefile/register", "casefile/words", "cmd/internal/ask", "cmd/internal/office/desk"), "words are looked up in records and in the texts of mails; what attachments say is not indexed"},
	{"cmd/internal/office/letters", domain("casefile/fee", "casefile/letter", "casefile/register", "cmd/internal/ask", "cmd/internal/office/desk", "cmd/internal/office/record"), "a letter is made and recorded before anybody thinks of sending it"},
	{"cmd/internal/office/post", domain("casefile/ledger", "casefile/letter", "casefile/match", "casefile/register", "mailbox", "mailbox/imapsource", "mailbox/outbox", "mailbox/parse", "mailbox/rawstore", "config", "cmd/internal/ask", "cmd/internal/office/desk", "cmd/internal/office/record", "cmd/internal/office/intake", "cmd/internal/office/letters"), "sending knows where mails came in, makes the letter that it sends and reads the list that comes back from the post office; what its digest reports of other rooms, and what attachments say, comes by interfaces"},
	{"cmd/internal/office/people", []string{"casefile/durable", "cmd/internal/ask", "cmd/internal/office/desk"}, "who may come in has nothing to do with cases"},
	{"cmd/internal/office/annual", domain("casefile/durable", "stats", "stats/annual", "stats/render", "cmd/internal/ask", "cmd/internal/office/desk"), "the report of a year rests on records alone"},
	{"cmd/internal/office/keeping", domain("casefile/durable", "casefile/letter", "casefile/register", "casefile/register/backup", "mailbox", "mailbox/parse", "mailbox/rawstore", "config", "cmd/internal/ask", "cmd/internal/office/desk", "cmd/internal/office/intake", "cmd/internal/office/reading", "cmd/internal/office/letters"), "the doctor and the case file look into the rooms below; what the office and the post say comes by interfaces"},
	{"cmd/internal/office", domain("casefile/match", "mailbox", "mailbox/parse", "config", "cmd/internal/ask", "cmd/internal/office/..."), "it binds the operations to the rooms and looks across them"},
	{"cmd/internal/daemon", domain("mailbox", "config", "cmd/internal/ask", "cmd/internal/office", "cmd/internal/office/desk"), "the life of the office: what it does and knows is in its rooms"},
	{"cmd/internal/offline", domain("casefile/durable", "casefile/register", "casefile/register/backup", "mailbox", "mailbox/imapsource", "config", "cmd/internal/ask", "cmd/internal/office", "cmd/internal/office/desk", "cmd/internal/office/keeping"), "the office without its life, and a register that nobody has open"},
	{"cmd/internal/worker/unpack", nil, "taking files out of an archive needs bytes only"},
	{"cmd/internal/worker/scan", domain("casefile/form"), "making pictures ready needs pixels, and the check digits of numbers"},
	{"cmd/internal/worker", domain("casefile/form", "casefile/ooxml", "cmd/internal/worker/unpack", "cmd/internal/worker/scan", "mailbox/parse"), "the process that reads hostile files holds as little code as it can"},
	{"cmd/internal/web", domain("stats", "stats/annual", "stats/render", "casefile/ooxml", "cmd/internal/ask"), "a page is an answer of the office: it decides nothing and opens nothing; reports and sheets are written from such answers"},
	{"cmd/internal/demo", []string{"cmd/internal/daemon", "cmd/internal/offline", "cmd/internal/ask", "cmd/internal/web", "config", "mailbox/imapsim", "mailbox/smtpsim"}, "the demonstration is the real daemon on a simulated server"},
	{"cmd/internal/archtest", nil, "it reads sources, not packages"},
}

type room struct {
	pkg string
	may []string // of ours
	why string
}

// domain adds the domain's values to what a package may import.
func domain(more ...string) []string {
	return append([]string{"casefile", "casefile/workday"}, more...)
}

// modules lists what may be imported from outside the standard library, and by whom. "..." is
// everybody. A module that only tests use does not stand here: tests are exempt.
var modules = []struct {
	path string
	by   []string
	why  string
}{
	{"github.com/rs/zerolog", []string{"cmd/...", "mailbox/..."}, "the domain returns errors; whoever handles them logs, once"},
	{"go.etcd.io/bbolt", []string{"casefile/register", "casefile/register/words"}, "one package knows the file's format, and another that of one bucket"},
	{"github.com/emersion/go-imap/v2", []string{"mailbox/imapsource", "mailbox/imapsim"}, "the client's traps are handled in one place; no IMAP type leaves it"},
	{"github.com/emersion/go-message", []string{"mailbox/parse", "mailbox/outbox"}, "the library fails where we must not; one package knows how to read nevertheless"},
	{"github.com/emersion/go-sasl", []string{"mailbox/imapsource", "mailbox/outbox"}, "logging in belongs to the adapters"},
	{"github.com/emersion/go-smtp", []string{"mailbox/outbox"}, "only the outbox sends"},
	{"github.com/pelletier/go-toml/v2", []string{"config", "stats/annual"}, "two files are TOML: the configuration and what a clerk writes for the annual report"},
	{"github.com/spf13/cobra", []string{"cmd/internal/cli"}, "the command tree is one package"},
	{"github.com/peterh/liner", []string{"cmd/internal/cli"}, "a terminal edits no line of Chinese by itself; of six editors this one gets its width and cursor right, in 104 KB"},
	{"github.com/spf13/pflag", []string{"cmd/internal/cli"}, "the command tree is one package"},
	{"github.com/xuri/excelize/v2", []string{"casefile/ledger", "casefile/form"}, "xlsx is read in two places and written by ooxml"},
	{"github.com/clipperhouse/displaywidth", []string{"stats/render/grid"}, "one package knows how wide a character is"},
	{"github.com/coreos/go-systemd/v22", []string{"cmd/internal/daemon", "cmd/internal/offline"}, "only the daemon is started by systemd; without it, its journal is the witness of who looks at a register that cannot be written"},
	{"github.com/klippa-app/go-pdfium", []string{"casefile/form", "cmd/internal/worker"}, "hostile files are read in the worker"},
	{"github.com/tetratelabs/wazero", []string{"casefile/form", "cmd/internal/worker"}, "hostile files are read in the worker"},
	{"github.com/bodgit/sevenzip", []string{"cmd/internal/worker/unpack"}, "applicants send .7z; it is opened in the worker alone"},
	{"github.com/nwaples/rardecode/v2", []string{"cmd/internal/worker/unpack"}, "applicants send .rar; it is opened in the worker alone"},
	{"filippo.io/age", []string{"casefile/register/backup"}, "only backups are encrypted"},
	{"golang.org/x/crypto", []string{"cmd/internal/office/people"}, "passwords are hashed in one room"},
	{"golang.org/x/net", []string{"mailbox/parse", "casefile/form", "casefile/unseen"}, "only for reading HTML"},
	{"golang.org/x/sync", []string{"cmd/...", "mailbox/...", "casefile/register"}, "pure packages start no goroutines"},
	{"golang.org/x/sys", []string{"cmd/...", "casefile/register", "casefile/durable"}, "system calls belong to the edges and the stores"},
	{"golang.org/x/term", []string{"cmd/...", "stats/render/grid"}, "only commands have a terminal"},
	{"golang.org/x/text", []string{"..."}, "encodings are everywhere"},
}

// standard lists packages of the standard library that are closed to some.
var standard = []struct {
	paths  []string
	closed []string
	except []string
	why    string
}{
	{[]string{"C"}, []string{"..."}, nil, "one static binary for three architectures: no cgo"},
	{[]string{"log", "log/slog"}, []string{"..."}, nil, "zerolog is the one log, and the domain does not log"},
	{[]string{"os", "os/exec", "net", "net/http", "syscall", "io/ioutil"}, []string{"casefile/...", "stats/..."}, []string{"casefile/register", "casefile/register/backup", "casefile/durable", "casefile/durable/durabletest", "casefile/regexp"}, "the domain does no input or output: readers and writers are given to it"},
	{[]string{"regexp"}, []string{"casefile/...", "stats/...", "mailbox/..."}, []string{"casefile/regexp", "mailbox/smtpsim"}, "each command would compile hundreds of expressions before it begins: casefile/regexp does so when one is used"},
	{[]string{"math/rand", "math/rand/v2"}, []string{"casefile/...", "stats/..."}, nil, "the same records give the same result"},
}

// timeless are the packages that must be told what time it is.
var timeless = []string{"casefile/...", "stats/...", "config"}

const timelessWhy = "now and today are parameters: a period must be computable for any day"

// testOnly are the packages that the program itself must not contain.
var testOnly = []string{"mailbox/realtest", "mailbox/dovecottest", "mailbox/roottest", "mailbox/eximtest", "casefile/durable/durabletest", "cmd/internal/office/desk/desktest", "cmd/internal/archtest"}

// transactions of the register are held by these alone: everybody else is given a desk.View or desk.Change.
var transactions = []string{"casefile/register/...", "cmd/internal/office/desk"}

const transactionsWhy = "a transaction of the register is held by the store and the desk alone"

// folders are those at the root; hidden ones do not count.
var folders = []string{"casefile", "cmd", "config", "deploy", "mailbox", "stats"}

// maxLines is generous: what is longer holds more than one thought.
const maxLines = 700
