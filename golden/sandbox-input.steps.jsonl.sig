{"alg":"HMAC-SHA256","bytes":1771,"events":3,"file":"sandbox-input.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"9ae65daa78533eff1d2841511eb1a8b9982037bd54c6fbfaeb519483f0e19ac1","run_id":"sandbox-input"}
{"seal":"d05291d9d282c4d546e31909a0e6b3643c71718f20e8c6b2f039f5702dc59cc3"}
