{"alg":"HMAC-SHA256","bytes":1693,"events":4,"file":"unicode.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"7d3cf0e424012610c24282172ed78ef9bce251df2071a7e5d1d9b366860da21f","run_id":"unicode"}
{"seal":"253f598c8ed128758cccf095a05a1953811e16465e05a639fbb6e4fca19077f6"}
