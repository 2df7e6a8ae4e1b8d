{"alg":"HMAC-SHA256","bytes":1465,"events":4,"file":"on-error-abort.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"e3dbe94c50295e4a1dfbb99d56c06bea44298539f0118c7d865c4a4941d78a45","run_id":"on-error-abort"}
{"seal":"7fae57294d7d0a6aeb1701c41393f9fa05c4d51cdac22d135317c15a63f892b6"}
