{"alg":"HMAC-SHA256","bytes":1911,"events":4,"file":"budget.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"84fc3355786aa87cb0afdc2c3fac8cac092dc52f470754bf370465d1bb2068fb","run_id":"budget"}
{"seal":"cd415424805ee35ac548708053f395182809cc61164f38031085eba78375ab40"}
