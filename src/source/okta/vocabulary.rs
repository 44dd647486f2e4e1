//! What each event type of the System Log means. Types are an open set: one that is not here is kept as unmapped.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::change::Verb;
use crate::event::Plane;

/// What an event type says about access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Nothing that is an access change.
    None,
    /// A person's account in the directory.
    User(Verb),
    /// A group of the directory.
    Group(Verb),
    /// A person in a group.
    Member(Verb),
    /// A person assigned to an application.
    App(Verb),
    /// A group assigned to an application, or pushed to it.
    GroupApp(Verb),
    /// A person's account in the application, as pushed.
    PushedUser(Verb),
    /// A group in the application, as pushed.
    PushedGroup(Verb),
    /// A person in a group of the application, as pushed.
    PushedMember(Verb),
}

type Row = (Plane, Act, &'static [&'static str]);

const VOCABULARY: &[Row] = &[
    // Directory.
    (Plane::Authority, Act::User(Verb::UserCreate), &["user.lifecycle.create"]),
    (Plane::Authority, Act::User(Verb::UserActivate), &["user.lifecycle.activate", "user.lifecycle.reactivate"]),
    (Plane::Authority, Act::User(Verb::UserDeactivate), &["user.lifecycle.deactivate"]),
    (Plane::Authority, Act::User(Verb::UserSuspend), &["user.lifecycle.suspend"]),
    (Plane::Authority, Act::User(Verb::UserUnsuspend), &["user.lifecycle.unsuspend"]),
    // `delete.initiated` asks for the deletion, `delete.completed` is it: one deletion, one change.
    (Plane::Authority, Act::User(Verb::UserDelete), &["user.lifecycle.delete.completed"]),
    (Plane::Authority, Act::None, &["user.lifecycle.delete.initiated"]),
    (
        Plane::Authority,
        Act::User(Verb::UserUpdate),
        &[
            "user.account.update_profile",
            "user.account.update_primary_email",
            "application.user_membership.change_username",
        ],
    ),
    (
        Plane::Authority,
        Act::None,
        &[
            "user.account.update_secondary_email",
            "user.account.update_user_type",
            "user.account.lock",
            "user.account.lock.limit",
            "user.account.unlock",
            "user.account.unlock_by_admin",
        ],
    ),
    // Administrator roles of the identity provider itself, which are no access to Databricks.
    (
        Plane::Authority,
        Act::None,
        &[
            "user.account.privilege.grant",
            "user.account.privilege.revoke",
            "group.privilege.grant",
            "group.privilege.revoke",
            "app.oauth2.client.privilege.grant",
            "app.oauth2.client.privilege.revoke",
            "iam.role.create",
            "iam.role.update",
            "iam.role.delete",
            "iam.role.permissions.add",
            "iam.role.permissions.delete",
            "iam.role.permission.conditions.add",
            "iam.role.permission.conditions.delete",
            "iam.resourceset.create",
            "iam.resourceset.update",
            "iam.resourceset.delete",
            "iam.resourceset.resources.add",
            "iam.resourceset.resources.update",
            "iam.resourceset.resources.delete",
            "iam.resourceset.bindings.add",
            "iam.resourceset.bindings.delete",
            "workflows.user.role.user.add",
            "workflows.user.role.user.remove",
            "workflows.user.role.group.add",
            "workflows.user.role.group.remove",
        ],
    ),
    (Plane::Authority, Act::Group(Verb::GroupCreate), &["group.lifecycle.create"]),
    (Plane::Authority, Act::Group(Verb::GroupDelete), &["group.lifecycle.delete"]),
    (Plane::Authority, Act::Group(Verb::GroupUpdate), &["group.profile.update"]),
    (Plane::Authority, Act::Member(Verb::MemberAdd), &["group.user_membership.add"]),
    (Plane::Authority, Act::Member(Verb::MemberRemove), &["group.user_membership.remove"]),
    // The engines behind memberships and accounts: what they decide is logged by the types above.
    (
        Plane::Authority,
        Act::None,
        &[
            "group.user_membership.rule.trigger",
            "group.user_membership.rule.evaluation",
            "group.user_membership.rule.error",
            "group.user_membership.rule.invalidate",
            "group.user_membership.rule.deactivated",
            "group.user_membership.rule.add_exclusion",
            "directory.external.group.membership.add",
            "directory.external.group.membership.remove",
            "system.import.start",
            "system.import.complete",
            "system.import.user.create",
            "system.import.user.update",
            "system.import.user.delete",
            "system.import.user.suspend",
            "system.import.user.unsuspend",
            "system.import.group.create",
            "system.import.group.update",
            "system.import.group.delete",
            "system.import.group_membership.complete",
            "system.import.roadblock",
            "system.import.roadblock.reschedule_and_resume",
            "system.import.roadblock.resume",
            "system.import.roadblock.updated",
            "master_application.user_membership.add",
            "application.account.detect",
            "application.account.decision.confirm",
            "application.account.decision.ignore",
            "application.account.decision.revoke",
            "application.account.match.update",
            "application.account.remove",
        ],
    ),
    // Assignment to applications.
    (Plane::Authority, Act::App(Verb::AppAssign), &["application.user_membership.add"]),
    (Plane::Authority, Act::App(Verb::AppUnassign), &["application.user_membership.remove"]),
    (
        Plane::Authority,
        Act::None,
        &[
            "application.user_membership.update",
            "application.user_membership.approve",
            "application.user_membership.provision",
            "application.user_membership.revoke",
            "application.user_membership.deprovision",
            "application.user_membership.restore",
        ],
    ),
    (Plane::Authority, Act::GroupApp(Verb::AppAssign), &["group.application_assignment.add"]),
    (Plane::Authority, Act::GroupApp(Verb::AppUnassign), &["group.application_assignment.remove"]),
    (
        Plane::Authority,
        Act::None,
        &["group.application_assignment.update", "group.application_assignment.skip_assignment_reconcile"],
    ),
    (
        Plane::Authority,
        Act::GroupApp(Verb::PushCreate),
        &["application.provision.group_push.mapping.created", "application.provision.group_push.activate_mapping"],
    ),
    (
        Plane::Authority,
        Act::GroupApp(Verb::PushRemove),
        &[
            "application.provision.group_push.deactivate_mapping",
            "application.provision.group_push.delete_appgroup",
            "application.provision.group_push.mapping.and.groups.deleted.rule.deleted",
        ],
    ),
    // A mapping frozen by a rename takes nobody's access away.
    (
        Plane::Authority,
        Act::None,
        &[
            "application.provision.group_push.mapping.app.group.renamed",
            "application.provision.group_push.mapping.app.group.renamed.failed",
            "application.provision.group_push.mapping.deactivated.source.group.renamed",
            "application.provision.group_push.mapping.deactivated.source.group.renamed.failed",
            "application.provision.group_push.mapping.created.from.rule.warning.duplicate.name",
            "application.provision.group_push.mapping.created.from.rule.warning.duplicate.name.tobecreated",
            "application.provision.group_push.mapping.created.from.rule.warning.upsertGroup.duplicate.name",
            "app.user_management.grouppush.mapping.created.from.rule",
            "app.user_management.grouppush.mapping.created.from.rule.error.duplicate",
            "app.user_management.grouppush.mapping.created.from.rule.error.validation",
            "app.user_management.grouppush.mapping.created.from.rule.errors",
            "app.user_management.grouppush.mapping.okta.users.ignored",
        ],
    ),
    // Intent: requests and reviews.
    (
        Plane::Authority,
        Act::None,
        &[
            "access.request.create",
            "access.request.update",
            "access.request.resolve",
            "access.request.reject",
            "access.request.cancel",
            "access.request.expire",
            "access.request.condition.create",
            "access.request.condition.update",
            "access.request.condition.delete",
            "access.request.sequence.create",
            "access.request.sequence.update",
            "access.request.sequence.delete",
            "access.request.settings.update",
            "app.access_request.approver.approve",
            "app.access_request.approver.deny",
            "app.access_request.delete",
            "app.access_request.deny",
            "app.access_request.expire",
            "app.access_request.grant",
            "app.access_request.request",
            "certification.campaign.create",
            "certification.campaign.update",
            "certification.campaign.launch",
            "certification.campaign.close",
            "certification.campaign.delete",
            "certification.campaign.item.decide",
            "certification.campaign.item.remediate",
            "certification.remediation.open",
        ],
    ),
    // Push.
    (
        Plane::Transport,
        Act::PushedUser(Verb::UserCreate),
        &["application.provision.user.push", "application.provision.user.sync"],
    ),
    (Plane::Transport, Act::PushedUser(Verb::UserUpdate), &["application.provision.user.push_profile"]),
    (
        Plane::Transport,
        Act::PushedUser(Verb::UserActivate),
        &["application.provision.user.activate", "application.provision.user.reactivate"],
    ),
    (
        Plane::Transport,
        Act::PushedUser(Verb::UserDeactivate),
        &["application.provision.user.deactivate", "application.provision.user.deprovision"],
    ),
    (Plane::Transport, Act::PushedUser(Verb::UserDelete), &["application.provision.user.delete"]),
    (
        Plane::Transport,
        Act::PushedGroup(Verb::GroupUpdate),
        &[
            "application.provision.group_push.pushed",
            "application.provision.group_push.updated",
            "application.provision.group_push.push_memberships",
            "application.provision.group.update",
        ],
    ),
    (
        Plane::Transport,
        Act::PushedGroup(Verb::GroupDelete),
        &["application.provision.group_push.removed", "application.provision.group.remove"],
    ),
    (Plane::Transport, Act::PushedGroup(Verb::GroupCreate), &["application.provision.group.add"]),
    (Plane::Transport, Act::PushedMember(Verb::MemberAdd), &["application.provision.group_membership.add"]),
    (Plane::Transport, Act::PushedMember(Verb::MemberRemove), &["application.provision.group_membership.remove"]),
    (
        Plane::Transport,
        Act::None,
        &[
            "application.provision.user.verify_exists",
            "application.provision.user.import",
            "application.provision.user.import_profile",
            "application.provision.user.password",
            "application.provision.user.push_password",
            "application.provision.user.push_okta_password",
            "application.provision.user.delete.schedule",
            "application.provision.user.remove_entitlements",
            "application.provision.user.remove_entitlements.schedule",
            "application.provision.group.import",
            "application.provision.group.verify_exists",
            "application.provision.group_membership.update",
            "application.provision.group_membership.import",
            "application.provision.group_push.mapping.update.or.delete.failed",
            "application.provision.group_push.mapping.update.or.delete.failed.with.error",
            "application.provision.integration.call_api",
            "application.integration.authentication_failure",
            "application.integration.rate_limit_exceeded",
            "application.integration.general_failure",
            "application.integration.api_query",
            "app.user_management",
            "app.user_management.push_new_user_success",
            "app.user_management.update_from_master_failed",
            "app.user_management.user_group_import.upsert_success",
            "app.user_management.user_group_import.upsert_fail",
            "app.user_management.user_group_import.delete_success",
            "app.user_management.user_group_import.create_failure",
            "app.user_management.user_group_import.update_failure",
            "app.app_instance.provision_sync_job.started",
            "app.app_instance.provision_sync_job.completed",
            "app.app_instance.provision_sync_job.failed",
        ],
    ),
    // Sign-ins.
    (
        Plane::Usage,
        Act::None,
        &[
            "user.authentication.authenticate",
            "user.authentication.sso",
            "user.authentication.slo",
            "user.authentication.verify",
            "user.authentication.auth_via_AD_agent",
            "user.authentication.auth_via_IDP",
            "user.authentication.auth_via_LDAP_agent",
            "user.authentication.auth_via_inbound_SAML",
            "user.authentication.auth_via_inbound_delauth",
            "user.authentication.auth_via_iwa",
            "user.authentication.auth_via_mfa",
            "user.authentication.auth_via_radius",
            "user.authentication.auth_via_richclient",
            "user.authentication.auth_via_social",
            "user.authentication.auth_unconfigured_identifier",
            "user.authentication.universal_logout",
            "user.session.start",
            "user.session.end",
            "user.session.clear",
            "user.session.access_admin_app",
            "user.session.context.change",
            "user.session.expire",
            "user.session.impersonation.grant",
            "user.session.impersonation.initiate",
            "user.session.impersonation.extend",
            "user.session.impersonation.end",
            "user.session.impersonation.revoke",
            "policy.evaluate_sign_on",
            "application.policy.sign_on.deny_access",
            "app.generic.unauth_app_access_attempt",
            "app.oauth2.authorize.code",
            "app.oauth2.token.detect_reuse",
            "system.api_token.request_outside_allowed_range",
        ],
    ),
    // Settings.
    (
        Plane::Config,
        Act::None,
        &[
            "application.lifecycle.create",
            "application.lifecycle.update",
            "application.lifecycle.activate",
            "application.lifecycle.deactivate",
            "application.lifecycle.delete",
            "application.configuration.update",
            "application.policy.sign_on.update",
            "application.policy.sign_on.rule.create",
            "application.policy.sign_on.rule.delete",
            "application.provision.field_mapping_rule.change",
            "policy.lifecycle.create",
            "policy.lifecycle.update",
            "policy.lifecycle.activate",
            "policy.lifecycle.deactivate",
            "policy.lifecycle.delete",
            "policy.rule.create",
            "policy.rule.add",
            "policy.rule.update",
            "policy.rule.activate",
            "policy.rule.deactivate",
            "policy.rule.delete",
            "policy.mapping.create",
            "system.log_stream.lifecycle.create",
            "system.log_stream.lifecycle.update",
            "system.log_stream.lifecycle.activate",
            "system.log_stream.lifecycle.deactivate",
            "system.log_stream.lifecycle.delete",
            "system.api_token.create",
            "system.api_token.update",
            "system.api_token.enable",
            "system.api_token.revoke",
            "system.idp.lifecycle.create",
            "system.idp.lifecycle.update",
            "system.idp.lifecycle.activate",
            "system.idp.lifecycle.deactivate",
            "system.idp.lifecycle.delete",
            "app.oauth2.client.lifecycle.create",
            "app.oauth2.client.lifecycle.update",
            "app.oauth2.client.lifecycle.activate",
            "app.oauth2.client.lifecycle.deactivate",
            "app.oauth2.client.lifecycle.delete",
            "app.oauth2.client.read_client_secret",
            "zone.create",
            "zone.update",
            "zone.activate",
            "zone.deactivate",
            "zone.delete",
        ],
    ),
];

static INDEX: LazyLock<HashMap<&'static str, (Plane, Act)>> = LazyLock::new(|| {
    let rows = VOCABULARY.iter();
    rows.flat_map(|(plane, act, types)| types.iter().map(|name| (*name, (*plane, *act)))).collect()
});

/// Plane and act of an event type; `None` = not in the vocabulary.
pub(super) fn meaning(event_type: &str) -> Option<(Plane, Act)> {
    INDEX.get(event_type).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_type_stands_twice() {
        let count: usize = VOCABULARY.iter().map(|(_, _, types)| types.len()).sum();
        assert_eq!(INDEX.len(), count);
    }

    #[test]
    fn changes_come_from_authority_and_transport_only() {
        for (plane, act, types) in VOCABULARY {
            let pushed = matches!(act, Act::PushedUser(_) | Act::PushedGroup(_) | Act::PushedMember(_));
            match act {
                Act::None => {}
                _ if pushed => assert_eq!(*plane, Plane::Transport, "{types:?}"),
                _ => assert_eq!(*plane, Plane::Authority, "{types:?}"),
            }
        }
    }
}
