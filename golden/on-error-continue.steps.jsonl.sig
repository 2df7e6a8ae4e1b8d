{"alg":"HMAC-SHA256","bytes":1299,"events":4,"file":"on-error-continue.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"5b442a6c2bee4357e6883df2bcf38693bcf4906c22e9ba742e92cc76f8563c45","run_id":"on-error-continue"}
{"seal":"f6e23e46e2cb15cd813fd1649ea620cd92c586f60f776e55ef60eef47974ac42"}
