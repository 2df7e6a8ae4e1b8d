{"alg":"HMAC-SHA256","bytes":1204,"events":4,"file":"retry.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"3c02777ed777884f6215ceff51014ce208f2f3242d712d0668f2997b74231bfa","run_id":"retry"}
{"seal":"e053382b11d2e7116933fdcde3867ba90595c4256acbb9e38ae0fbf21f681324"}
