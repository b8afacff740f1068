package demo

import "time"

// responder is secadmin on the days of the rotation.
func (t *trail) responder(c *cast) {
	do := func(at time.Time, name string, request, response params) {
		t.add(call{
			at: at, who: c.iamUser("secadmin", c.users["secadmin"].key),
			from:    caller{officeIP, agentAdmin},
			service: "iam", name: name, write: true, request: request, response: response,
		})
	}
	replace := func(at time.Time, id, key string) {
		name := c.users[id].name
		do(at, "CreateAccessKey", params{"userName": name}, newKey(name, key, at))
	}
	drop := func(at time.Time, id string) {
		u := c.users[id]
		do(at, "DeleteAccessKey", params{"userName": u.name, "accessKeyId": u.key}, nil)
	}

	terraform := c.users["aws-terraform"]
	replace(terraformDisabled.Add(-5*time.Minute), "aws-terraform", terraform.nextKey)
	do(terraformDisabled, "UpdateAccessKey", params{
		"userName": terraform.name, "accessKeyId": terraform.key, "status": "Inactive",
	}, nil)
	drop(terraformDeleted, "aws-terraform")

	replace(deployDeleted.Add(-4*time.Minute), "aws-deploy", c.users["aws-deploy"].nextKey)
	drop(deployDeleted, "aws-deploy")

	replace(reportsReplaced, "aws-reports", c.users["aws-reports"].nextKey)

	replace(scannerCreated, "aws-new", c.users["aws-new"].key)
}

// newKey is the answer of CreateAccessKey. As in real logs, the secret half is not in it.
func newKey(user, key string, at time.Time) params {
	return params{"accessKey": params{
		"userName": user, "accessKeyId": key, "status": "Active", "createDate": prose(at),
	}}
}
