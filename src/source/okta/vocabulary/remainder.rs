//! The types of Okta's catalogue that speak of neither access nor settings of the integration: known, and nothing more.

use super::families::Family;
use crate::event::Plane;

pub(super) const REMAINDER: &[Family] = &[
    // Looked at, and none of these.
    (
        Plane::Other,
        &[
            ("account.aerial_template_condition", "apply create delete remove update"),
            ("account.org_group", "create delete org.assign org.revoke update"),
            ("account.user", "classify"),
            ("analytics.feedback", "provide"),
            ("analytics.reports", "export.generate export.request"),
            (
                "app.ad",
                "api.user_import.account_locked api.user_import.warn.skipped_contact.attribute_invalid_value \
                 api.user_import.warn.skipped_user.attribute_invalid_value \
                 api.user_import.warn.skipped_user.missing_required_attribute credential.verify \
                 password_migration_campaign.cancel.end password_migration_campaign.cancel.start \
                 password_migration_campaign.create password_migration_campaign.finish.end \
                 password_migration_campaign.finish.start password_migration_campaign.group.add \
                 password_migration_campaign.user.capture_password password_migration_campaign.user.migrate.end \
                 password_migration_campaign.user.migrate.start",
            ),
            ("app.ldap", "import.tracking_attribute_missing password.change.failed read_schema"),
            (
                "app.radius",
                "agent.listener.failed agent.listener.succeeded agent.port_inaccessible agent.port_reaccessible \
                 info_access.no_permission info_access.partial_permission",
            ),
            ("application.cache", "invalidate"),
            ("core.concurrency", "org.limit.violation"),
            ("core.el", "evaluate"),
            ("core.user_auth", "idp.x509.crl_download_failure"),
            ("credential", "register revoke"),
            ("device.custom_push", "send_notification"),
            (
                "device.desktop_mfa",
                "configuration.update device_logout.completed device_logout.started enrollment.create \
                 recovery_pin.generate recovery_pin.rotate_secret",
            ),
            ("device.enrollment", "create"),
            ("device.lifecycle", "activate deactivate delete suspend unsuspend"),
            ("device.local_account", "create"),
            ("device.password_sync", "enrollment.create"),
            ("device.platform_sso", "enrollment.create keys.register"),
            ("device.signals", "status.timeout"),
            ("device.token", "enrollment.create"),
            ("device.user", "add remove"),
            ("device.user_os_account", "sync"),
            ("mim", "streamDevicesCSVDownload"),
            (
                "mim.command",
                "generic.acknowledged generic.cancelled generic.delegated generic.error generic.new \
                 generic.notnow ios.acknowledged ios.cancelled ios.error ios.formaterror ios.new",
            ),
            ("mim.createEnrollment", "ANDROID IOS OSX UNKNOWN WINDOWS"),
            ("org.not_configured_origin", "redirection.usage"),
            ("pam", "offline_disabled_event offline_enabled_event"),
            (
                "pam.active_directory",
                "account_discovery.complete account_rule.applied account_rule.update connection.update",
            ),
            ("pam.ad_connection", "create delete update"),
            ("pam.ad_task_settings", "create delete update update_schedule"),
            ("pam.ad_user_sync_task_settings", "activate create deactivate delete update update_schedule"),
            ("pam.apikey", "delete rotate"),
            ("pam.app", "update"),
            ("pam.auth_token", "issue"),
            ("pam.billing_contact", "create"),
            ("pam.client", "assign enroll remove state.update"),
            ("pam.client_enrollment_policies", "create delete update"),
            ("pam.client_enrollment_policy_token", "delete rotate"),
            ("pam.cloud_account", "create delete update"),
            ("pam.credential_verification", "end start"),
            ("pam.entitlement_sudo", "add_to_project create remove remove_from_project update"),
            ("pam.gateway", "create delete setup_token.create setup_token.delete setup_token.update update"),
            ("pam.gateway_creds", "issue"),
            ("pam.group", "bulk_membership_change create delete"),
            ("pam.incoming_federation", "approve request"),
            (
                "pam.integration",
                "account_rule.create account_rule.delete account_rule.update create delete health_change update",
            ),
            ("pam.member", "add remove"),
            ("pam.offline_group", "secrets.rotate"),
            ("pam.outgoing_federation", "approve"),
            ("pam.password", "change reset"),
            ("pam.permission", "change"),
            ("pam.preauthorization", "create update"),
            ("pam.project", "add_group create delete remove_group update"),
            ("pam.project_group_selector", "update"),
            ("pam.resource", "checkin.end checkin.start checkout"),
            ("pam.resource_group", "create delete update"),
            ("pam.secret", "create delete move reveal update"),
            ("pam.secret_folder", "create delete update"),
            ("pam.security_policy", "create delete evaluate update"),
            ("pam.server", "enroll reassign remove ssh_login"),
            (
                "pam.server_account",
                "discovered password.reveal password_change.initiated password_change.out_of_band \
                 password_change.update update",
            ),
            ("pam.server_labels", "update"),
            ("pam.service", "create remove"),
            (
                "pam.service_account",
                "assign create delete password.reveal password.update password_rotation.end \
                 password_rotation.start update",
            ),
            ("pam.sudo_command_bundle", "create delete update"),
            ("pam.team", "create delete"),
            ("pam.team_group_attribute", "create delete update"),
            ("pam.team_invitation", "create"),
            ("pam.team_project_group_attribute", "create delete update"),
            ("pam.team_project_user_attribute", "create delete update"),
            ("pam.team_settings", "update"),
            ("pam.team_user_attribute", "create delete update"),
            ("pam.unbound_client", "enroll"),
            ("pam.unmanaged_server", "create"),
            ("pam.user", "create remove update"),
            ("pam.user_creds", "issue"),
            (
                "pam.workload_connection",
                "api_key.create api_key.revoke api_key.rotation.activate api_key.rotation.create \
                 api_key.rotation.delete api_key.update create delete update",
            ),
            ("pam.workload_role", "create delete update"),
            ("personal.user", "app_migration.export"),
            ("plugin", "downloaded script_status"),
            ("security.attack", "end start"),
            ("security.breached_credential", "detected"),
            ("security.events", "provider.receive_event"),
            (
                "security.internal",
                "authentication dco_malicious_ip_report dco_user_risk_report threat.detected \
                 valid_password_sprayed.detected",
            ),
            ("security.password_spray", "detected"),
            ("security.protected_action", "attempt"),
            ("security.request", "blocked"),
            ("security.session", "detect_client_roaming"),
            ("support.org", "view"),
            (
                "system.agent",
                "ad.config_change_detected ad.connect ad.create ad.deactivate ad.delete ad.dirsync.verify \
                 ad.import_ou ad.import_user ad.invoke-powershell ad.invoke_dir ad.reactivate ad.read_config \
                 ad.read_dirsync ad.read_ldap ad.read_schema ad.read_topology ad.realtimesync \
                 ad.reset_user_password ad.start ad.unlock_user_account ad.update ad.update_user ad.upgrade \
                 ad.upload_iwa_log ad.upload_log ad.write_ldap auto_update connector.connect connector.deactivate \
                 connector.delete connector.reactivate ldap.change_user_password ldap.config_change_detected \
                 ldap.create_user_JIT ldap.disconnect ldap.realtimesync ldap.reconnect ldap.reset_user_password \
                 ldap.unlock_user_account ldap.update_user ldap.update_user_password register",
            ),
            ("system.agent_pools", "auto_update"),
            (
                "system.client",
                "concurrency_rate_limit.notification concurrency_rate_limit.violation rate_limit.notification \
                 rate_limit.violation",
            ),
            ("system.directory", "debugger.extend debugger.grant debugger.query_executed debugger.revoke"),
            ("system.dr", "failback failover"),
            (
                "system.email",
                "account_unlock.sent_message bounce.removal challenge_factor_redeemed delivery \
                 mfa_enroll_notification.sent_message mfa_reset_notification.sent_message \
                 new_device_notification.sent_message password_reset.sent_message send_factor_verify_message",
            ),
            ("system.internal", "classify.user devorg.create migrate.appuser"),
            ("system.ldapi", "admin_limit_exceeded bind search unbind"),
            ("system.mfa", "factor.activate factor.deactivate preregister.initiate"),
            ("system.operation", "concurrency_limit.violation"),
            ("system.org", "rate_limit.burst rate_limit.expiration.warning task.remove"),
            ("system.push", "send_factor_verify_push"),
            (
                "system.sms",
                "receive_status send_account_unlock_message send_factor_verify_message \
                 send_okta_push_verify_message send_password_reset_message send_phone_verification_message",
            ),
            (
                "system.voice",
                "receive_status send_account_unlock_call send_call send_mfa_challenge_call \
                 send_password_reset_call send_phone_verification_call",
            ),
            ("task.lifecycle", "activate create deactivate delete update"),
            ("user", "identity_verification"),
            ("user.account", "access_support_user_app preference_update subscriptions.update unlock_token use_token"),
            ("user.behavior", "profile.reset"),
            ("user.chrome", "data.clear"),
            ("user.credential", "enroll"),
            ("user.identity_snapshot", "attestation.create"),
            ("user.identity_verification", "start"),
            ("user.import", "password"),
            ("user.internal", "authentication.telemetry risk.change risk.detect session_context_change"),
            ("user.lifecycle", "jit.error.read_only password_mass_expiry"),
            (
                "user.mfa",
                "attempt_bypass okta_verify okta_verify.deny_push okta_verify.deny_push_upgrade_needed \
                 promote_enrollment",
            ),
            ("user.risk", "change detect"),
            ("workflows.org", "step_execution_limit.violation step_execution_limit.warning"),
            (
                "workflows.user",
                "delegatedflow.run flow.activate flow.create flow.deactivate flow.execution.cancel \
                 flow.execution_history.activate flow.execution_history.deactivate flow.execution_history.delete \
                 flow.execution_log_stream.activate flow.execution_log_stream.deactivate flow.export flow.import \
                 flow.move flow.save flow.version.revert flow.version.update flow.view folder.create \
                 folder.delete folder.duplicate folder.export folder.import folder.move folder.rename \
                 table.create table.delete table.export table.import table.move table.schema.export \
                 table.schema.import table.update table.view truststore.create truststore.delete \
                 truststore.update truststore.view",
            ),
        ],
    ),
];
