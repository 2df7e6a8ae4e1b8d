{"alg":"HMAC-SHA256","bytes":1089,"events":3,"file":"run-timeout.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"4833e01c2c497b83fca1654c5e5250cf8b55b0e40bf55fb9e59d190ad89fa23d","run_id":"run-timeout"}
{"seal":"68ac0635a1b9f6f8eaec61d864baf2c9c37e3804cbee73388c4347a566d07e7d"}
