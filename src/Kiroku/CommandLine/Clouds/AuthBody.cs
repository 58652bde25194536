using System.Text.Json.Nodes;

namespace Kiroku.CommandLine.Clouds;

/// <summary>The request by which one signs in (Keystone v3), made of a cloud's settings.</summary>
internal static class AuthBody
{
    private const string DefaultDomain = "default";

    public static JsonObject Of(CloudSettings cloud) => cloud.AuthType switch
    {
        "password" or "v3password" => Scoped(cloud, "password", new JsonObject { ["user"] = User(cloud) }),
        "token" or "v3token" => Scoped(cloud, "token", new JsonObject { ["id"] = cloud.Require("token") }),
        "v3applicationcredential" => Wrap("application_credential", Credential(cloud)),
        var other => throw new UsageException(
            $"{cloud.Source} signs in by {other}; known are password, token and v3applicationcredential"),
    };

    private static JsonObject Scoped(CloudSettings cloud, string method, JsonObject proof)
    {
        var body = Wrap(method, proof);
        var project = cloud["project_id", "tenant_id"] is { } id
            ? new JsonObject { ["id"] = id }
            : new JsonObject
            {
                ["name"] = cloud.Require("project_name", "tenant_name"),
                ["domain"] = Domain(cloud, "project_domain"),
            };
        body["auth"]!["scope"] = new JsonObject { ["project"] = project };
        return body;
    }

    private static JsonObject Wrap(string method, JsonObject proof)
        => new()
        {
            ["auth"] = new JsonObject
            {
                ["identity"] = new JsonObject { ["methods"] = new JsonArray(method), [method] = proof },
            },
        };

    private static JsonObject User(CloudSettings cloud)
    {
        var user = Person(cloud);
        user["password"] = cloud.Require("password");
        return user;
    }

    private static JsonObject Person(CloudSettings cloud) => cloud["user_id"] is { } id
        ? new JsonObject { ["id"] = id }
        : new JsonObject
        {
            ["name"] = cloud.Require("username", "user_name"),
            ["domain"] = Domain(cloud, "user_domain"),
        };

    /// <summary>It belongs to one project, so it has no scope.</summary>
    private static JsonObject Credential(CloudSettings cloud)
    {
        var secret = cloud.Require("application_credential_secret");
        return cloud["application_credential_id"] is { } id
            ? new JsonObject { ["id"] = id, ["secret"] = secret }
            : new JsonObject
            {
                ["name"] = cloud.Require("application_credential_name", "application_credential_id"),
                ["secret"] = secret,
                ["user"] = Person(cloud),
            };
    }

    private static JsonObject Domain(CloudSettings cloud, string kind)
    {
        if (cloud[$"{kind}_id"] is { } id)
            return new JsonObject { ["id"] = id };
        return cloud[$"{kind}_name"] is { } name
            ? new JsonObject { ["name"] = name }
            : cloud["default_domain_name"] is { } otherwise
                ? new JsonObject { ["name"] = otherwise }
                : new JsonObject { ["id"] = cloud["default_domain", "default_domain_id"] ?? DefaultDomain };
    }
}
