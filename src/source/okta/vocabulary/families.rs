//! The rest of Okta's catalogue of event types (release 2026.08.1): known, and without an access change.
//!
//! A row is the head that its types share, and their tails.

use crate::event::Plane;

/// Types by plane: the head, and the tails that follow it after a dot.
pub(super) type Family = (Plane, &'static [(&'static str, &'static str)]);

pub(super) const FAMILIES: &[Family] = &[
    // Decisions that state no change of their own: requests, reviews, governance, imports.
    (
        Plane::Authority,
        &[
            ("access.request", "condition.activate condition.deactivate condition.invalidate"),
            ("access.review", "action close create remediate start update"),
            (
                "app.realtimesync",
                "import.details.add_user import.details.delete_user import.details.update_user import_failed",
            ),
            ("app.request_new", "notify"),
            ("certification.campaign", "context.update"),
            (
                "directory.realm",
                "assignment.create assignment.delete assignment.execution_completed assignment.execution_started \
                 assignment.update",
            ),
            ("entitlement.migration", "complete fail start"),
            ("iam.policy", "assignee_configuration.update configuration.update"),
            ("iam.role", "subscriptions.update"),
            ("resource.collection", "assign create delete unassign update"),
            ("resource.entitlement", "create delete update"),
            ("resource.entitlement_bundle", "create delete update"),
            ("resource.entitlement_policy", "activate draft.create draft.delete draft.update"),
            ("resource.governance_engine", "disable enable"),
            ("resource.label", "assignment.update update"),
            ("resource.owner", "update"),
            ("resource.risk_rule", "create delete update"),
            ("resource.user_entitlements", "drift.detect drift.revert update"),
            ("scheduled_action.user_suspension", "canceled completed scheduled updated"),
            ("system.csv", "import_user"),
            (
                "system.identity_sources",
                "bulk_delete bulk_device_delete bulk_device_upsert bulk_group_delete bulk_group_membership_delete \
                 bulk_group_membership_upsert bulk_group_upsert bulk_upsert group.create group.delete \
                 group.update group.user.assign group.user.revoke user.create user.delete user.update",
            ),
            (
                "system.import",
                "clear.unconfirmed.users.summary complete_batch custom_object.complete custom_object.create \
                 custom_object.delete custom_object.update download.complete download.start entitlement \
                 entitlement.capacity_warning entitlement.mismatch entitlement.schema.update \
                 entitlement.upper_limit_exceeded full_import_required group.complete group.start \
                 implicit_deletion.complete implicit_deletion.start import_profile import_provisioning_info \
                 incremental_converted_to_full membership_processing.complete membership_processing.start \
                 object_creation.complete object_creation.start schedule session.cancelled session.created \
                 session.expired session.triggered user.complete user.match user.start \
                 user.unsuspend_after_confirm user.update_user_lifecycle_from_master user_csv.complete \
                 user_csv.start user_match.confirm user_match.unignore user_match.update user_matching.complete \
                 user_matching.start",
            ),
            ("user.account", "unlock_failure"),
            ("user.privileged_account", "privilege.grant privilege.revoke update_profile"),
            ("user.realm", "update"),
        ],
    ),
    // What integrations report of themselves.
    (
        Plane::Transport,
        &[
            (
                "app.office365",
                "api.change.domain.federation.success api.error.ad.user api.error.check.user.exists \
                 api.error.create.user api.error.deactivate.user api.error.download.custom.objects \
                 api.error.download.groups api.error.download.users api.error.endpoint.unavailable \
                 api.error.get.company.dirsync.failure api.error.get.company.dirsync.status.failure \
                 api.error.get.company.dirsync.status.pending api.error.get.object.ids.by.group.id \
                 api.error.group.create.failure api.error.group.create.failure.name.in.use \
                 api.error.group.delete.failure api.error.group.membership.update.failure \
                 api.error.group.membership.update.group.not.found.failure api.error.group.update.failure \
                 api.error.group.update.failure.not.found api.error.import.profile api.error.push.password \
                 api.error.push.profile api.error.reactivate.user api.error.remove.domain.federation.failure \
                 api.error.remove.domain.federation.failure.access.denied \
                 api.error.remove.domain.federation.failure.domain.not.found api.error.revoke.refresh.token \
                 api.error.set.company.dirsync.failure api.error.set.company.dirsync.status.failure \
                 api.error.set.domain.federation.failure api.error.set.domain.federation.failure.access.denied \
                 api.error.set.domain.federation.failure.domain.default \
                 api.error.set.domain.federation.failure.domain.not.found api.error.sync.contact \
                 api.error.sync.finalize api.error.sync.group api.error.sync.not.activated \
                 api.error.sync.set.attribute api.error.sync.user api.error.unable.to.create.graph.client \
                 api.error.validate.admin.creds api.error.validate.creds \
                 api.error.x-ms-forwarded-client-ip-header.absent api.remove.domain.federation.success \
                 api.set.domain.federation.success api.sync.complete api.sync.heartbeat.sent \
                 api.sync.job.complete api.sync.job.complete.contact api.sync.job.complete.group \
                 api.sync.job.complete.user clientplatform.conversion.job.processing.app.instance \
                 clientplatform.conversion.job.skipping.migration dirsync.skipping.conflict-object \
                 dirsync.skipping.critical-system-object dirsync.skipping.non-security-group-invalid-mail \
                 dirsync.skipping.reserved-attribute-value dirsync.skipping.systemmailbox \
                 dirsync.skipping.without-name-and-displayname error.importing.user \
                 graph.api.error.no.mailbox.found graph.api.error.rate-limit.exceeded \
                 graph.api.error.service.principal.creation.failed \
                 graph.api.error.service.principal.msgraph.authentication.failure provisioning_app.create \
                 provisioning_app_credential.rotate service.principal.cleanup.job.complete \
                 service.principal.cleanup.job.invalid.credentials service.principal.cleanup.job.processing \
                 service.principal.cleanup.job.skipping.missing.creds \
                 service.principal.cleanup.job.skipping.no.service.principal \
                 service.principal.cleanup.job.unable.to.delete.service.principal user.delete.success \
                 user.lifecycle.action.failed user.remove.licenses.success",
            ),
            ("app.rum", "config.validation.error is.api.account.error package.thrown.error validation.error"),
            ("app.user_management", "import.csv.line.error"),
            ("application.appuser", "mapping.invalid.expression"),
            ("application.integration", "transfer_files"),
        ],
    ),
    // Sign-ins and tokens used.
    (
        Plane::Usage,
        &[
            ("app.inbound_del_auth", "login_success"),
            (
                "app.kerberos_rich_client",
                "account_not_found instance_not_found multiple_accounts_found user_authentication_successful",
            ),
            (
                "app.oauth2",
                "as.authorize as.authorize.code as.authorize.implicit.access_token as.authorize.implicit.id_token \
                 as.authorize.scope_denied as.evaluate.claim as.interact.interaction_code \
                 as.interact.interaction_handle as.token.detect_reuse as.token.grant as.token.grant.access_token \
                 as.token.grant.device_secret as.token.grant.id_token as.token.grant.interclient_token \
                 as.token.grant.refresh_token as.token.revoke authorize authorize.implicit.access_token \
                 authorize.implicit.id_token interact.interaction_code interact.interaction_handle \
                 invalid_client_credentials signon token.grant token.grant.access_token token.grant.id_jag \
                 token.grant.id_token token.grant.interclient_token token.grant.oauth_sts \
                 token.grant.refresh_token token.grant.service_account token.grant.vaulted_secret \
                 token.oauth_sts.request_token token.revoke token.revoke.implicit.as token.revoke.implicit.client \
                 token.revoke.implicit.user",
            ),
            ("device.password_sync", "authentication"),
            ("device.platform_sso", "authentication"),
            ("policy.auth_reevaluate", "action enforce fail"),
            ("policy.continuous_access", "action evaluate"),
            ("policy.entity_risk", "action evaluate"),
            ("policy.execute", "user.start"),
            ("system.iwa_agentless", "auth auth_after_redirect redirect user.not_found"),
            ("system.oauth2", "token.request_outside_allowed_range"),
            (
                "user.authentication",
                "auth auth_identifier_not_in_policy dsso_via_non_priority_source universal_logout.scheduled",
            ),
            ("user.device_session", "end start"),
        ],
    ),
    // Settings of the organisation.
    (
        Plane::Config,
        &[
            (
                "account.org",
                "add consent.grant consent.revoke delete.cancel delete.request product.update status.update",
            ),
            (
                "app.ai_agent_provider",
                "activate create credential.validate deactivate delete import.complete import.start \
                 import_staging.confirm import_staging.ignore priority.update update",
            ),
            ("app.app_instance", "csr.generate csr.publish csr.revoke"),
            ("app.cross_app_access", "connection.create connection.delete connection.update"),
            ("app.interclient_mapping", "create delete delete_all"),
            ("app.keys", "clone delete generate rotate"),
            (
                "app.oauth2",
                "admin.consent.grant admin.consent.revoke as.consent.grant as.consent.revoke \
                 as.consent.revoke.implicit.as as.consent.revoke.implicit.client as.consent.revoke.implicit.scope \
                 as.consent.revoke.implicit.user as.consent.revoke.user as.consent.revoke.user.client \
                 as.key.rollover as.resource_server.credentials.lifecycle.activate \
                 as.resource_server.credentials.lifecycle.create \
                 as.resource_server.credentials.lifecycle.deactivate \
                 as.resource_server.credentials.lifecycle.delete client_id_rate_limit_warning consent.grant \
                 credentials.lifecycle.activate credentials.lifecycle.create credentials.lifecycle.deactivate \
                 credentials.lifecycle.delete key.rollover trusted_server.add trusted_server.delete",
            ),
            ("app.policy", "sign_on.update"),
            ("app.saml", "sensitive.attribute.update"),
            (
                "application.configuration",
                "detect_error disable_delauth_outbound disable_fed_broker_mode enable_delauth_outbound \
                 enable_fed_broker_mode import_schema read_client_secret reset_logo \
                 update_api_credentials_for_pass_change update_logo update_rate_limits",
            ),
            ("application.registration_policy", "lifecycle.create lifecycle.update"),
            ("device.assurance", "policy.add policy.delete policy.update"),
            ("device.integration", "endpoint_security.activate endpoint_security.deactivate"),
            ("device.platform", "add delete renew secret_key.reset update"),
            ("device.posture", "check.add check.delete check.update"),
            ("device.push", "provider.create provider.delete provider.update"),
            ("directory.app_user_profile", "bootstrap update"),
            ("directory.linked_object", "create delete"),
            ("directory.mapping", "update"),
            ("directory.non_default_user_profile", "create"),
            ("directory.realm", "lifecycle.create lifecycle.delete lifecycle.update"),
            ("directory.user_profile", "bootstrap update"),
            ("event_hook", "activated created deactivated deleted delivery updated verified"),
            ("governance.principal", "settings.update"),
            ("governance.settings", "update"),
            ("inline_hook", "activated created deactivated deleted executed updated verified"),
            ("inline_hook.response", "processed"),
            ("integration.api_service", "lifecycle.authorize lifecycle.revoke"),
            ("network_zone.rule", "disabled"),
            ("oauth2.as", "activated created deactivated deleted updated"),
            ("oauth2.claim", "created deleted updated"),
            ("oauth2.scope", "created deleted updated"),
            ("personal.admin", "configuration.update"),
            ("pki.ca", "add delete expiration.warn renew scope.mapping.update"),
            (
                "pki.cert",
                "bind crl_download_failure issue lifecycle.activate lifecycle.delete lifecycle.hold \
                 lifecycle.revoke lifecycle.suspend renew revoke",
            ),
            (
                "policy.branch",
                "lifecycle.create lifecycle.delete lifecycle.promote lifecycle.rollback lifecycle.stage \
                 lifecycle.update rule.activate rule.add rule.deactivate rule.delete rule.update",
            ),
            ("policy.lifecycle", "overwrite"),
            ("policy.rule", "action.execute invalidate"),
            ("policy.scheduled", "execute"),
            ("resource_servers.a2a_server", "auth_server.add auth_server.remove delete register"),
            (
                "resource_servers.api_server",
                "activate auth_server.add auth_server.remove auth_server.update deactivate delete register update",
            ),
            ("resource_servers.client_authentication_settings", "create delete update"),
            (
                "resource_servers.mcp_server",
                "activate auth_server.create auth_server.delete auth_server.update capability.discover deactivate \
                 delete register update",
            ),
            (
                "resource_servers.virtual_mcp_server",
                "auth_server.add auth_server.remove capability.add capability.remove capability.update",
            ),
            ("security.attack_protection", "settings.update"),
            ("security.authenticator", "lifecycle.activate lifecycle.create lifecycle.deactivate lifecycle.update"),
            ("security.bot_protection", "settings.update status.update"),
            (
                "security.device",
                "add_request_blacklist_policy remove_request_blacklist_policy temporarily_disable_blacklisting",
            ),
            (
                "security.events",
                "provider.activate provider.create provider.deactivate provider.delete provider.update \
                 transmitter.create transmitter.delete transmitter.update",
            ),
            ("security.origin", "auto_whitelisted"),
            ("security.protected_action", "settings.update"),
            ("security.session_protection", "status.update"),
            ("security.threat", "configuration.update"),
            ("security.trusted_origin", "activate create deactivate delete update"),
            ("security.voice", "add_country_blacklist remove_country_blacklist"),
            ("security.zone", "make_blacklist remove_blacklist"),
            ("self_service", "disabled enabled"),
            ("support.org", "update"),
            ("system.beta", "feature.enable"),
            ("system.brand", "create delete update"),
            ("system.captcha", "create delete update"),
            (
                "system.custom_email_server",
                "lifecycle.activate lifecycle.create lifecycle.deactivate lifecycle.delete lifecycle.update",
            ),
            ("system.custom_error", "delete update"),
            ("system.custom_signin", "delete update"),
            ("system.custom_signout", "update"),
            ("system.custom_url_domain", "cert_renew cert_upload delete initiate update verify"),
            ("system.email", "template.create template.delete template.settings_changed template.update"),
            ("system.email_domain", "create delete update verify"),
            ("system.feature", "disable ea_auto_enroll enable"),
            ("system.hook", "key.created key.deleted key.updated"),
            ("system.idp", "key.create key.delete key.update lifecycle.read_client_secret"),
            ("system.iwa", "create go_offline go_online promote_primary remove update use_default"),
            ("system.iwa_agentless", "update"),
            ("system.iwa_agentless_kerberos", "update"),
            ("system.org", "captcha.activate captcha.deactivate lifecycle.create"),
            ("system.rate_limit", "configuration.update"),
            ("system.self_service", "configuration.update"),
            ("system.theme", "update"),
            ("system.well_known_uri", "update"),
            (
                "workflows.user",
                "connection.create connection.delete connection.reauthorize connection.revoke \
                 execution_log_stream_connection.activate execution_log_stream_connection.deactivate \
                 execution_log_stream_connection.update",
            ),
            ("workload_principal", "activate deactivate delete register update"),
            (
                "workload_principal.ai_agent",
                "activate credential.activate credential.create credential.deactivate credential.delete \
                 deactivate delete register sign_on_provider.add sign_on_provider.remove update",
            ),
            ("workload_principal.delegation_link", "create delete"),
            ("workload_principal.resource_connection", "activate create deactivate delete update"),
            ("workload_principal.sign_on_provider", "add remove"),
            ("zone", "make_blacklist remove_blacklist"),
        ],
    ),
];
