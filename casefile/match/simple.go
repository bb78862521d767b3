package match

import (
	"strings"
	"sync"
)

// pairs are traditional characters of the words that this package looks for, each with the simplified one behind it.
// People in Hong Kong, Macao and Taiwan apply, too, and their mailers answer in these.
const pairs = "動动覆复復复應应讀读傳传遞递無无達达謝谢絕绝絶绝暫暂統统請请開开資资訊讯據据單单預预電电證证號号聯联繫系絡络內内載载體体獲获郵邮會会議议書书區区條条關关於于關关長长務务報报領领導导貴贵種种轉转發发執执認认確确時时間间徵征補补償偿標标購购職职業业財财產产權权" +
	"稱称誌志誤误註注變变處处決决題题檔档訴诉訟讼擬拟審审閱阅讓让與与門门戶户從从個个們们這这對对實实觀观現现環环評评價价質质萬万項项約约級级紙纸網网線线錄录鄉乡鎮镇樓楼選选舉举屬属層层嚴严撥拨擴扩撤撤還还過过運运連连進进遠远適适銀银錢钱險险雙双難难頁页顧顾顯显飛飞館馆馬马驗验點点黨党齊齐茲兹塊块劃划許许圖图協协築筑聽听採采礦矿訂订總总計计結结論论測测廠厂學学費费參参賬账簽签筆笔農农園园劑剂濟济辦办備备術术鋪铺隊队樣样檢检獎奖勵励罰罚設设劉刘幣币庫库師师幾几戰战辭辞簡简鑒鉴繳缴納纳貸贷"

// simplified are the pairs, traditional a set of their first characters: whole mails are looked through, and nearly none
// has one. Both are made when a text is first read: most commands read none.
var (
	simplified = sync.OnceValue(func() map[rune]rune {
		to, all := map[rune]rune{}, []rune(pairs)
		for i := 0; i+1 < len(all); i += 2 {
			to[all[i]] = all[i+1]
		}
		return to
	})
	traditional = sync.OnceValue(func() *[(lastIdeograph - firstIdeograph + 64) / 64]uint64 {
		var set [(lastIdeograph - firstIdeograph + 64) / 64]uint64
		for r := range simplified() {
			set[(r-firstIdeograph)/64] |= 1 << ((r - firstIdeograph) % 64)
		}
		return &set
	})
)

const firstIdeograph, lastIdeograph = 0x4e00, 0x9fff

// simple writes a text in simplified characters, as far as its words matter here.
func simple(s string) string {
	if hasTraditional(s) {
		table := simplified()
		s = strings.Map(func(r rune) rune {
			if to, ok := table[r]; ok {
				return to
			}
			return r
		}, s)
	}
	return strings.ReplaceAll(s, "政府资讯公开", "政府信息公开")
}

// lowered writes a text in simplified characters and small letters, as most expressions here expect it.
func lowered(s string) string { return strings.ToLower(simple(s)) }

// beginning is a text's first n bytes.
func beginning(s string, n int) string { return s[:min(len(s), n)] }

func hasTraditional(s string) bool {
	set := traditional()
	for i := 0; i+2 < len(s); i++ {
		if s[i] < 0xe4 || s[i] > 0xe9 { // no ideograph begins here
			continue
		}
		r := rune(s[i]&0x0f)<<12 | rune(s[i+1]&0x3f)<<6 | rune(s[i+2]&0x3f) - firstIdeograph
		if r >= 0 && set[r/64]&(1<<(r%64)) != 0 {
			return true
		}
		i += 2
	}
	return false
}
