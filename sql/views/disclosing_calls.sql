-- The calls that hand out what must be rotated then, or hold it: what they hand out; unpacked,
-- whether only details tell what it was; and for calls that read several at once, the list in
-- details that names them. In logs Lambda's names end in the date of the interface, here they do
-- not.
CREATE VIEW disclosing_calls AS
SELECT
  k.service AS service,
  k.action AS action,
  k.what AS what,
  k.unpacked AS unpacked,
  k.list AS list
FROM (VALUES
  ('secretsmanager.amazonaws.com', 'GetSecretValue', 'secret', false, CAST(NULL AS VARCHAR)),
  ('secretsmanager.amazonaws.com', 'BatchGetSecretValue', 'secret', true,
    '$.requestParameters.secretIdList'),
  ('ssm.amazonaws.com', 'GetParameter', 'parameter', true, NULL),
  ('ssm.amazonaws.com', 'GetParameterHistory', 'parameter', true, NULL),
  ('ssm.amazonaws.com', 'GetParameters', 'parameter', true, '$.requestParameters.names'),
  ('ssm.amazonaws.com', 'GetParametersByPath', 'parameter', true, NULL),
  ('lambda.amazonaws.com', 'GetFunction', 'function environment', false, NULL),
  ('lambda.amazonaws.com', 'GetFunctionConfiguration', 'function environment', false, NULL),
  ('lambda.amazonaws.com', 'ListFunctions', 'function environment', false, NULL),
  ('ecs.amazonaws.com', 'DescribeTaskDefinition', 'task environment', true, NULL),
  ('codebuild.amazonaws.com', 'BatchGetProjects', 'build environment', true,
    '$.requestParameters.names'),
  ('ec2.amazonaws.com', 'GetPasswordData', 'Windows password', false, NULL),
  ('ec2.amazonaws.com', 'DescribeInstanceAttribute', 'user data', true, NULL),
  ('redshift.amazonaws.com', 'GetClusterCredentials', 'database login', true, NULL),
  ('lightsail.amazonaws.com', 'DownloadDefaultKeyPair', 'SSH key', false, NULL),
  ('acm.amazonaws.com', 'ExportCertificate', 'certificate key', false, NULL),
  ('s3.amazonaws.com', 'GetObject', 'file', false, NULL),
  ('git', 'git.clone', 'code', true, NULL),
  ('git', 'git.fetch', 'code', true, NULL),
  ('repo', 'repo.download_zip', 'code', true, NULL),
  ('git', 'git.push', 'Actions secrets', false, NULL)
) AS k (service, action, what, unpacked, list)
