package published

import (
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// Offices write the title with the year before their name or behind it, with and without 工作, over several lines.
var (
	reportName = regexp.MustCompile(`(?:关于)?(?:政府信息|政务)公开(?:工作)?的?(?:年度(?:工作)?报告|年报|(?:工作)?报告)`)
	yearOf     = regexp.MustCompile(`[(（]?(20\d\d|[二２][〇○零Ｏ０O0][〇○零一二三四五六七八九０-９]{2})(?:年度?|[)）])?[)）]?`)
	agencyName = regexp.MustCompile(`^[\p{Han}（）()·]{2,40}$`)
	// body is how the name of an office ends; a line above the title that ends otherwise is something else.
	body      = regexp.MustCompile(`(?:省|市|州|盟|区|县|旗|乡|镇|街道|村|政府|委|办|局|厅|部|院|会|室|处|所|站|队|中心|公司|集团|大学|学校|医院|银行|法院|署|社|馆|科|组|库|园|场|团|司)(?:[（(][\p{Han}]+[)）])?$`)
	tag       = regexp.MustCompile(`<[^<>]{1,40}>`) // in what a page calls itself
	announced = regexp.MustCompile(`^(?:关于)?(?:印发|公布|发布|报送)?`)
	// before the title stand the ways through a site; behind it, its name.
	crumbs = strings.NewReplacer("首页", " ", "当前位置", " ", ">", " ", "＞", " ", "»", " ", "|", " ", "_", " ", "：", " ", ":", " ", "【", " ", "】", " ", "—", " ", "-", " ", "《", "", "》", "")
)

// longestTitle is in characters.
const longestTitle = 80

// title finds whose report it is and of which year: in the sheet, in the lines before the first part, in what the page
// calls itself, in the file's name. One without the other is what it is.
func (d document) titled() (agency string, year int, fromName bool) {
	if year, _ = yearIn(d.year + "年"); year != 0 && d.agency != "" {
		return d.agency, year, false
	}
	lines := d.opening()
	for size := 1; size <= 4; size++ { // the fewest lines that say both
		for i := 0; i+size <= len(lines); i++ {
			a, y, ok := titleIn(strings.Join(lines[i:i+size], ""), size > 1)
			if ok && a != "" && y != 0 {
				return a, y, false
			}
			if ok && agency == "" && year == 0 {
				agency, year = a, y
			}
		}
	}
	for _, line := range []string{d.title, strings.TrimSuffix(path.Base(d.name), path.Ext(d.name))} {
		a, y, ok := titleIn(line, false)
		if !ok {
			continue
		}
		if agency == "" && a != "" && (year == 0 || y == 0 || y == year) {
			agency, fromName = a, line != d.title
		}
		if year == 0 && y != 0 {
			year, fromName = y, line != d.title
		}
	}
	return agency, year, fromName
}

// opening are the lines and cells that may hold the title: those before the first part, or all of the first ones
// where no part is called so.
func (d document) opening() []string {
	var all []string
	for _, p := range d.pieces {
		for line := range strings.FieldsFuncSeq(p.text(), func(r rune) bool { return r == '\t' || r == '\n' }) {
			line = blankless(line)
			if len(all) > 40 || strings.HasPrefix(line, "一、总体情况") || strings.HasPrefix(line, "一、概述") {
				return all
			}
			if line != "" && utf8.RuneCountInString(line) <= longestTitle {
				all = append(all, line)
			}
		}
	}
	return all
}

// titleIn reads a title. strict demands that the office's name ends as offices' names do.
func titleIn(line string, strict bool) (agency string, year int, ok bool) {
	if utf8.RuneCountInString(line) > 2*longestTitle {
		return "", 0, false
	}
	line = tag.ReplaceAllString(line, "")
	for part := range strings.FieldsSeq(crumbs.Replace(line)) {
		if a, y, found := titlePart(part, strict); found && (!ok || a != "" && y != 0) {
			agency, year, ok = a, y, true
		}
	}
	if !ok { // the blanks may be within the title
		return titlePart(blankless(line), strict)
	}
	return agency, year, ok
}

func titlePart(s string, strict bool) (agency string, year int, ok bool) {
	year, rest := yearIn(s)
	// Without its year a title has its words side by side, wherever the year stood.
	at := reportName.FindStringIndex(rest)
	if at == nil {
		return "", 0, false
	}
	agency, behind := announced.ReplaceAllString(rest[:at[0]], ""), strings.Trim(rest[at[1]:], "()（）")
	agency = strings.TrimSuffix(strings.TrimSuffix(agency, "的"), "关于")
	agency = strings.TrimLeftFunc(agency, func(r rune) bool { return r < utf8.RuneSelf }) // the time at the head of a printed page
	if agency == "" {                                                                     // 政府信息公开工作年度报告（某某局）
		agency = behind
	}
	strict = strict || behind != "" // or else a sentence that speaks of the report
	if !agencyName.MatchString(agency) || strict && !body.MatchString(agency) {
		agency = ""
	}
	return agency, year, agency != "" || year != 0
}

// yearIn reads a year, in digits of any kind, and returns the text without it.
func yearIn(s string) (year int, rest string) {
	at := yearOf.FindStringSubmatchIndex(s)
	if at == nil {
		return 0, s
	}
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case strings.ContainsRune("〇○零ＯO", r):
			return '0'
		}
		if i := strings.IndexRune("一二三四五六七八九", r); i >= 0 {
			return '1' + rune(i/len("一"))
		}
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s[at[2]:at[3]])
	year, _ = strconv.Atoi(digits) // four digits
	return year, s[:at[0]] + s[at[1]:]
}
