package ask

// Plausible refuses years of which no report can be: 条例 came into force in 2008.
func Plausible(year int) error {
	if year < 2008 || year > 9999 {
		return Usage("年份 %d 不对", year)
	}
	return nil
}

func Ordered(s Span) error {
	if !s.From.IsZero() && !s.To.IsZero() && s.To < s.From {
		return Usage("起始日 %s 晚于截止日 %s", s.From, s.To)
	}
	return nil
}
