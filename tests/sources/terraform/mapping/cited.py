"""ARM paths that stand neither in the alias catalogue nor in a recorded body, with the document that has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_CLUSTERS = "https://learn.microsoft.com/azure/templates/microsoft.containerservice/managedclusters"
_ADDONS = "properties.addonprofiles"
_SCALER = "properties.autoscalerprofile"
_SITES = "https://learn.microsoft.com/azure/templates/microsoft.web/sites"
_TOPICS = "https://learn.microsoft.com/azure/templates/microsoft.servicebus/namespaces/topics"
_HEADERS = ("x-azure-fdid", "x-fd-healthprobe", "x-forwarded-for", "x-forwarded-host")
_RESTRICTIONS = ("ipsecurityrestrictions.headers", "scmipsecurityrestrictions.headers")
_RESTRICTED = frozenset(f"{where}.{name}" for where in _RESTRICTIONS for name in _HEADERS)
_OLD_AUTHENTICATION = frozenset(
    f"properties.{name}"
    for name in (
        "allowedaudiences",
        "allowedexternalredirecturls",
        "clientid",
        "clientsecretsettingname",
        "defaultprovider",
        "enabled",
        "facebookappid",
        "facebookappsecretsettingname",
        "facebookoauthscopes",
        "githubclientid",
        "githubclientsecretsettingname",
        "githuboauthscopes",
        "googleclientid",
        "googleclientsecretsettingname",
        "googleoauthscopes",
        "issuer",
        "microsoftaccountclientid",
        "microsoftaccountclientsecretsettingname",
        "microsoftaccountoauthscopes",
        "runtimeversion",
        "tokenrefreshextensionhours",
        "tokenstoreenabled",
        "twitterconsumerkey",
        "twitterconsumersecretsettingname",
        "unauthenticatedclientaction",
    )
)
_CUSTOM_AUTHENTICATION = frozenset(
    f"properties.identityproviders.customopenidconnectproviders.{name}"
    for name in (
        "enabled",
        "login.nameclaimtype",
        "login.scopes",
        "registration.clientcredential.method",
        "registration.clientid",
        "registration.openidconnectconfiguration.wellknownopenidconfiguration",
    )
)
_SITE_BACKUPS = frozenset(
    f"properties.{name}"
    for name in (
        "backupname",
        "backupschedule.frequencyinterval",
        "backupschedule.frequencyunit",
        "backupschedule.keepatleastonebackup",
        "backupschedule.retentionperiodindays",
        "backupschedule.starttime",
    )
)

_CIPHERS = (
    "tls_ecdhe_ecdsa_with_aes_128_cbc_sha",
    "tls_ecdhe_ecdsa_with_aes_256_cbc_sha",
    "tls_ecdhe_rsa_with_aes_128_cbc_sha",
    "tls_ecdhe_rsa_with_aes_256_cbc_sha",
    "tls_rsa_with_aes_128_cbc_sha",
    "tls_rsa_with_aes_128_cbc_sha256",
    "tls_rsa_with_aes_128_gcm_sha256",
    "tls_rsa_with_aes_256_cbc_sha",
    "tls_rsa_with_aes_256_cbc_sha256",
    "tls_rsa_with_aes_256_gcm_sha384",
)

_DOCUMENTS: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "microsoft.apimanagement/service": (
        (
            "https://learn.microsoft.com/rest/api/apimanagement/api-management-service/create-or-update",
            frozenset(
                f"properties.customproperties.microsoft.windowsazure.apimanagement.gateway.security.ciphers.{one}"
                for one in _CIPHERS
            ),
        ),
    ),
    "microsoft.app/containerapps": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.app/containerapps",
            frozenset(
                f"properties.template.scale.rules.{kind}.metadata.concurrentrequests" for kind in ("http", "tcp")
            ),
        ),
    ),
    "microsoft.cache/redis": (
        (
            "https://learn.microsoft.com/javascript/api/@azure/arm-rediscache/rediscommonpropertiesredisconfiguration",
            frozenset(
                f"properties.redisconfiguration.{name}"
                for name in (
                    "aad-enabled",
                    "aof-backup-enabled",
                    "notify-keyspace-events",
                    "preferred-data-persistence-auth-method",
                    "rdb-backup-enabled",
                    "rdb-backup-frequency",
                    "rdb-backup-max-snapshot-count",
                    "storage-subscription-id",
                )
            ),
        ),
    ),
    "microsoft.consumption/budgets": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.consumption/budgets",
            frozenset(
                f"properties.notifications.{name}"
                for name in (
                    "contactemails",
                    "contactgroups",
                    "contactroles",
                    "enabled",
                    "operator",
                    "threshold",
                    "thresholdtype",
                )
            ),
        ),
    ),
    "microsoft.containerservice/managedclusters": (
        (
            _CLUSTERS,
            frozenset(
                {
                    f"{_ADDONS}.accsgxdeviceplugin.config.accsgxquotehelperenabled",
                    f"{_ADDONS}.accsgxdeviceplugin.enabled",
                    f"{_ADDONS}.aciconnectorlinux.config.subnetname",
                    f"{_ADDONS}.aciconnectorlinux.enabled",
                    f"{_ADDONS}.azurekeyvaultsecretsprovider.config.enablesecretrotation",
                    f"{_ADDONS}.azurekeyvaultsecretsprovider.config.rotationpollinterval",
                    f"{_ADDONS}.azurekeyvaultsecretsprovider.enabled",
                    f"{_ADDONS}.ingressapplicationgateway.config.applicationgatewayid",
                    f"{_ADDONS}.ingressapplicationgateway.config.applicationgatewayname",
                    f"{_ADDONS}.ingressapplicationgateway.config.subnetcidr",
                    f"{_ADDONS}.ingressapplicationgateway.config.subnetid",
                    f"{_ADDONS}.ingressapplicationgateway.enabled",
                    f"{_ADDONS}.azurepolicy.config.version",
                    f"{_ADDONS}.omsagent.config.loganalyticsworkspaceresourceid",
                    f"{_ADDONS}.omsagent.config.useaadauth",
                    f"{_ADDONS}.openservicemesh.enabled",
                    f"{_SCALER}.balance-similar-node-groups",
                    f"{_SCALER}.daemonset-eviction-for-empty-nodes",
                    f"{_SCALER}.daemonset-eviction-for-occupied-nodes",
                    f"{_SCALER}.ignore-daemonsets-utilization",
                    f"{_SCALER}.max-empty-bulk-delete",
                    f"{_SCALER}.max-graceful-termination-sec",
                    f"{_SCALER}.max-node-provision-time",
                    f"{_SCALER}.max-total-unready-percentage",
                    f"{_SCALER}.new-pod-scale-up-delay",
                    f"{_SCALER}.ok-total-unready-count",
                    f"{_SCALER}.scale-down-delay-after-add",
                    f"{_SCALER}.scale-down-delay-after-delete",
                    f"{_SCALER}.scale-down-delay-after-failure",
                    f"{_SCALER}.scale-down-unneeded-time",
                    f"{_SCALER}.scale-down-unready-time",
                    f"{_SCALER}.scale-down-utilization-threshold",
                    f"{_SCALER}.scan-interval",
                    f"{_SCALER}.skip-nodes-with-local-storage",
                    f"{_SCALER}.skip-nodes-with-system-pods",
                    "properties.identityprofile.kubeletidentity.clientid",
                    "properties.identityprofile.kubeletidentity.objectid",
                    "properties.identityprofile.kubeletidentity.resourceid",
                    "properties.networkprofile.natgatewayprofile.outboundipprefixes.publicipprefixes.id",
                    "properties.networkprofile.natgatewayprofile.outboundips.publicips.id",
                }
            ),
        ),
    ),
    "microsoft.dbforpostgresql/servers": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.dbforpostgresql/servers",
            frozenset({"properties.createmode", "properties.restorepointintime", "properties.sourceserverid"}),
        ),
    ),
    "microsoft.eventgrid/namespaces": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.eventgrid/namespaces",
            frozenset({"properties.topicspacesconfiguration.routingenrichments.static.value"}),
        ),
    ),
    "microsoft.insights/scheduledqueryrules": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.insights/scheduledqueryrules",
            frozenset({"properties.actions.actionproperties.email.subject"}),
        ),
    ),
    "microsoft.insights/datacollectionrules": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.insights/datacollectionrules",
            frozenset({"properties.streamdeclarations.columns.name", "properties.streamdeclarations.columns.type"}),
        ),
    ),
    "microsoft.keyvault/managedhsms/roleassignments": (
        (
            "https://learn.microsoft.com/rest/api/keyvault/role-assignments/create",
            frozenset({"properties.principalid", "properties.roledefinitionid", "properties.scope"}),
        ),
    ),
    "microsoft.keyvault/managedhsms/roledefinitions": (
        (
            "https://learn.microsoft.com/rest/api/keyvault/role-definitions/create-or-update",
            frozenset(
                {
                    "properties.description",
                    "properties.permissions.actions",
                    "properties.permissions.dataactions",
                    "properties.permissions.notactions",
                    "properties.permissions.notdataactions",
                    "properties.rolename",
                }
            ),
        ),
    ),
    "microsoft.keyvault/vaults/certificates": (
        (
            "https://learn.microsoft.com/azure/key-vault/general/azure-policy",
            frozenset(
                {
                    "issuer.name",
                    "keyproperties.ellipticcurvename",
                    "keyproperties.keysize",
                    "keyproperties.keytype",
                    "lifetimeaction.action.actiontype",
                    "lifetimeaction.daysbeforeexpiry",
                    "lifetimeaction.lifetimepercentage",
                    "properties.validityinmonths",
                }
            ),
        ),
    ),
    "microsoft.keyvault/vaults/keys": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.keyvault/vaults/keys",
            frozenset({"properties.release_policy.data"}),
        ),
    ),
    "microsoft.kubernetesconfiguration/extensions": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.kubernetesconfiguration/extensions",
            frozenset({"plan.version"}),
        ),
    ),
    "microsoft.maintenance/maintenanceconfigurations": (
        (
            "https://learn.microsoft.com/azure/update-manager/manage-vms-programmatically",
            frozenset({"properties.extensionproperties.inguestpatchmode"}),
        ),
    ),
    "microsoft.network/azurefirewalls": (
        (
            "https://learn.microsoft.com/azure/firewall/snat-private-range",
            frozenset(
                {
                    "properties.additionalproperties.network.dns.enableproxy",
                    "properties.additionalproperties.network.dns.servers",
                    "properties.additionalproperties.network.snat.privateranges",
                }
            ),
        ),
    ),
    "microsoft.recoveryservices/vaults/backuppolicies": (
        (
            "https://learn.microsoft.com/dotnet/api/azure.resourcemanager.recoveryservicesbackup.models.subprotectionpolicy.tieringpolicy",
            frozenset(
                f"properties.tieringpolicy.archivedrp{leaf}"
                for leaf in ("", ".duration", ".durationtype", ".tieringmode")
            ),
        ),
    ),
    "microsoft.securityinsights/onboardingstates": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.securityinsights/onboardingstates",
            frozenset({"properties.customermanagedkey"}),
        ),
    ),
    "microsoft.servicebus/namespaces/topics": (
        (
            _TOPICS,
            frozenset(
                f"properties.{name}"
                for name in (
                    "autodeleteonidle",
                    "defaultmessagetimetolive",
                    "duplicatedetectionhistorytimewindow",
                    "enablebatchedoperations",
                    "enableexpress",
                    "enablepartitioning",
                    "maxmessagesizeinkilobytes",
                    "maxsizeinmegabytes",
                    "requiresduplicatedetection",
                    "status",
                    "supportordering",
                )
            ),
        ),
    ),
    "microsoft.servicebus/namespaces/topics/authorizationrules": (
        (f"{_TOPICS}/authorizationrules", frozenset({"properties.rights"})),
    ),
    "microsoft.servicebus/namespaces/topics/subscriptions": (
        (
            f"{_TOPICS}/subscriptions",
            frozenset(
                f"properties.{name}"
                for name in (
                    "autodeleteonidle",
                    "clientaffineproperties.clientid",
                    "clientaffineproperties.isshared",
                    "deadletteringonfilterevaluationexceptions",
                    "deadletteringonmessageexpiration",
                    "defaultmessagetimetolive",
                    "enablebatchedoperations",
                    "forwarddeadletteredmessagesto",
                    "forwardto",
                    "isclientaffine",
                    "lockduration",
                    "maxdeliverycount",
                    "requiressession",
                    "status",
                )
            ),
        ),
    ),
    "microsoft.search/searchservices": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.search/searchservices",
            frozenset({"properties.authoptions.apikeyonly"}),
        ),
    ),
    "microsoft.storage/storageaccounts/blobservices/containers": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.storage/storageaccounts/blobservices/containers",
            frozenset(
                {"properties.defaultencryptionscope", "properties.denyencryptionscopeoverride", "properties.metadata"}
            ),
        ),
    ),
    "microsoft.web/sites": ((_SITES, frozenset(f"properties.siteconfig.{one}" for one in _RESTRICTED)),),
    "microsoft.web/sites/config": (
        (f"{_SITES}/config-web", frozenset(f"properties.{one}" for one in _RESTRICTED)),
        (f"{_SITES}/config-authsettings", _OLD_AUTHENTICATION),
        (f"{_SITES}/config-authsettingsv2", _CUSTOM_AUTHENTICATION),
        (f"{_SITES}/config-backup", _SITE_BACKUPS),
    ),
    "microsoft.authorization/rolemanagementpolicyassignments": (
        (
            "https://learn.microsoft.com/azure/templates/microsoft.authorization/rolemanagementpolicyassignments",
            frozenset({"properties.roledefinitionid", "properties.scope"}),
        ),
    ),
    "microsoft.web/sites/slots": (
        (
            f"{_SITES}/slots",
            frozenset({"properties.vnetimagepullenabled", *(f"properties.siteconfig.{one}" for one in _RESTRICTED)}),
        ),
    ),
    "microsoft.web/sites/slots/config": (
        (f"{_SITES}/slots/config-web", frozenset(f"properties.{one}" for one in _RESTRICTED)),
        (f"{_SITES}/slots/config-authsettings", _OLD_AUTHENTICATION),
        (f"{_SITES}/slots/config-authsettingsv2", _CUSTOM_AUTHENTICATION),
        (f"{_SITES}/slots/config-backup", _SITE_BACKUPS),
    ),
}
"""By lower-case ARM type: documents, and the paths that were looked up in each."""


def _graph() -> Iterator[list[str]]:
    for line in Path(__file__).with_name("graph.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        yield line.split("\t")


def _by_type() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for arm, documents in _DOCUMENTS.items():
        found[arm].update(*(paths for _, paths in documents))
    for arm, path, _document in _graph():
        found[arm].add(path)
    return {arm: frozenset(paths) for arm, paths in found.items()}


CITED = _by_type()
ADDRESSES = frozenset(
    {document for documents in _DOCUMENTS.values() for document, _ in documents} | {row[2] for row in _graph()}
)
