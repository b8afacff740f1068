-- Records of configuration, network or names, or a log itself, were removed.
--
-- Flow logs, resolver logs and Config are removed rarely, whoever does it. Log groups and alarms
-- come and go with deployments, so they are read for exposed secrets only.
--
-- level: high
-- sources: cloudtrail
-- attack: T1562.008
-- group: credential
-- false positives: a network that is taken down
-- references: https://stratus-red-team.cloud/attack-techniques/AWS/aws.defense-evasion.vpc-remove-flow-logs/, https://stratus-red-team.cloud/attack-techniques/AWS/aws.defense-evasion.dns-delete-logs/
SELECT
  a.secret AS secret,
  a.source AS event_source,
  a.event_id AS event_id,
  a.time AS time,
  a.credential AS credential,
  a.actor AS actor,
  a.action AS action,
  a.target AS target,
  a.ip AS ip,
  a.file AS file,
  a.pos AS pos
FROM acts a
WHERE a.source = 'cloudtrail'
  AND a.outcome = 'success'
  AND ((a.action IN ('StopConfigurationRecorder', 'DeleteConfigurationRecorder',
      'DeleteDeliveryChannel') AND a.service = 'config.amazonaws.com')
    OR (a.action = 'DeleteFlowLogs' AND a.service = 'ec2.amazonaws.com')
    OR (a.action IN ('DeleteResolverQueryLogConfig', 'DisassociateResolverQueryLogConfig')
      AND a.service = 'route53resolver.amazonaws.com')
    OR (a.secret IS NOT NULL AND a.action IN ('DeleteLogGroup', 'DeleteLogStream')
      AND a.service = 'logs.amazonaws.com')
    OR (a.secret IS NOT NULL AND a.action IN ('DeleteAlarms', 'DisableAlarmActions')
      AND a.service = 'monitoring.amazonaws.com'))
ORDER BY a.time, a.event_id, a.secret
