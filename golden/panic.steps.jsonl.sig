{"alg":"HMAC-SHA256","bytes":1179,"events":4,"file":"panic.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"85f7acb95f4251830e7d90c5d96e8f11671ce165a91383b5c26acd9d902ee9ba","run_id":"panic"}
{"seal":"0a3fc89c9fcbfedead430d6341e1b214c577ca3bc9c47775a9ef4511959c586f"}
