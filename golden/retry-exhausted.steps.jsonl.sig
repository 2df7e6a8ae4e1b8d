{"alg":"HMAC-SHA256","bytes":1179,"events":3,"file":"retry-exhausted.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"5f9f7b5b4ce9276f75a6a9fac847eeeffc57f72f937c83aa4df199e4d4973c5f","run_id":"retry-exhausted"}
{"seal":"100989722d925ea9e0e8bd32bfd7fb9ad10b49ab89b39fb37389f10f8177c25e"}
