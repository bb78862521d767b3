package workday

import (
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// regulation is where the statutory days stand: 11 a year until 2024, 13 since 2025 with 除夕 and a
// second day of 劳动节 (国务院令第795号). The 调休 around them is the notice's alone.
const regulation = "《全国年节及纪念日放假办法》"

// unpublished is a day of which no notice speaks: by its weekday, unless it is a statutory holiday.
func unpublished(d civil.Date) Day {
	if name := statutory(d); name != "" {
		return Day{Date: d, Kind: Holiday, Provisional: true, Name: name, Notice: regulation}
	}
	kind := byWeekday(d)
	return Day{Date: d, Kind: kind, Working: kind.working(), Provisional: true}
}

func byWeekday(d civil.Date) Kind {
	if weekend(d) {
		return Weekend
	}
	return Working
}

func weekend(d civil.Date) bool {
	wd := d.Weekday()
	return wd == time.Saturday || wd == time.Sunday
}

// statutory returns the name of the statutory holiday on d, "" when there is none. In years whose
// moons are not tabulated only the holidays of the solar calendar are known.
func statutory(d civil.Date) string {
	year, month, day := d.Date()
	since2025 := year >= 2025
	md := monthDay(int(month)*100 + day)
	name := ""
	switch {
	case md == 101:
		name = "元旦"
	case md == 501, md == 502 && since2025:
		name = "劳动节"
	case 1001 <= md && md <= 1003:
		name = "国庆节"
	}
	if year < lunarFirst || year > lunarLast {
		return name
	}
	moon := lunar[year-lunarFirst]
	switch md {
	case moon.qingming:
		return "清明节"
	case moon.duanwu:
		return "端午节"
	case moon.zhongqiu:
		if name != "" { // as in 2028 and 2031
			return name + "、中秋节"
		}
		return "中秋节"
	}
	if month <= time.February {
		spring := d.Sub(moon.spring.in(year)) // 0 on 正月初一, −1 on 除夕
		if 0 <= spring && spring < 3 || spring == -1 && since2025 {
			return "春节"
		}
	}
	return name
}

// monthDay is a day within a year: 206 is the sixth of February.
type monthDay int

func (md monthDay) in(year int) civil.Date {
	return civil.New(year, time.Month(md/100), int(md%100))
}

// lunar holds, for each year from lunarFirst to lunarLast, 正月初一, 清明, 五月初五 and 八月十五.
var lunar = [...]struct{ spring, qingming, duanwu, zhongqiu monthDay }{
	{205, 405, 607, 913}, // 2019
	{125, 404, 625, 1001},
	{212, 404, 614, 921},
	{201, 405, 603, 910},
	{122, 405, 622, 929},
	{210, 404, 610, 917},
	{129, 404, 531, 1006}, // 2025
	{217, 405, 619, 925},
	{206, 405, 609, 915},
	{126, 404, 528, 1003},
	{213, 404, 616, 922},
	{203, 405, 605, 912}, // 2030
	{123, 405, 624, 1001},
	{211, 404, 612, 919},
	{131, 404, 601, 908},
	{219, 405, 620, 927},
	{208, 405, 610, 916}, // 2035
}

const lunarFirst, lunarLast = 2019, 2019 + len(lunar) - 1
