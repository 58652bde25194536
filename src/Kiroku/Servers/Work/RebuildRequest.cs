using System.Text.Json;
using Kiroku.Api;
using Kiroku.Quotas;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// The body of a rebuild after its schema is checked. Under /v2 it may hold keys of later versions, which are ignored.
/// </summary>
internal sealed class RebuildRequest(JsonElement rebuild, Microversion version)
{
    /// <summary>The password in the request, or a new one.</summary>
    public string AdminPass { get; } = AdminPasswords.Of(rebuild);

    public string ImageId => rebuild.GetProperty("imageRef").GetString()!;

    /// <summary>Whether the request names the key for the guest, or says that it has none.</summary>
    public bool AsksForKey => version >= 54 && rebuild.TryGetProperty("key_name", out _);

    /// <exception cref="Fault">400: a file without a path or without contents.</exception>
    public IReadOnlyList<GivenFile> Files => version < 57 ? Personality.Read(rebuild) : [];

    public string? KeyName => rebuild.TextOf("key_name");

    /// <exception cref="Fault">400: Kiroku does not support a part of the request.</exception>
    public void RefuseUnsupported()
    {
        if (version >= 63 && HasItems("trusted_image_certificates"))
            throw Fault.BadRequest("This cloud does not have trusted_image_certificates.");
    }

    /// <exception cref="Fault">400 or 403: too much metadata, or files that the guest may not be given.</exception>
    public void RequireQuota(QuotaSet allowed, bool hasConfigDrive)
    {
        allowed.RequireMetadata(CreateRequest.Pairs(rebuild).Count);
        Personality.Require(Files, allowed, hasConfigDrive);
    }

    /// <summary>The server with the names and notes that the rebuild gives it.</summary>
    public Server Applied(Server server, ServerKey? key)
    {
        var called = new UpdateRequest(rebuild, version).Applied(server);
        return called with
        {
            Metadata = rebuild.TryGetProperty("metadata", out _) ? CreateRequest.Pairs(rebuild) : server.Metadata,
            Labels = called.Labels with
            {
                Key = key,
                UserData = version >= 57 && rebuild.TryGetProperty("user_data", out _)
                    ? rebuild.TextOf("user_data") is { Length: > 0 } data ? data : null
                    : server.Labels.UserData,
            },
        };
    }

    /// <summary>The schema of the body (nova/api/openstack/compute/schemas/servers.py, rebuild).</summary>
    public static Schema Body(Microversion version, bool relaxed)
    {
        var rebuild = Schema.Object(
            ("name", relaxed ? Parameters.RelaxedName : Parameters.Name),
            ("imageRef", Parameters.Uuid),
            ("adminPass", Parameters.Text),
            ("metadata", Parameters.Metadata),
            ("preserve_ephemeral", Parameters.Boolean),
            ("OS-DCF:diskConfig", Parameters.DiskConfig),
            ("accessIPv4", Parameters.IPv4),
            ("accessIPv6", Parameters.IPv6),
            (Personality.Key, ServerParameters.Personality));
        rebuild = rebuild with { Required = ["imageRef"] };
        if (version >= 19)
            rebuild = rebuild.With("description", Parameters.Description);
        if (version >= 54)
            rebuild = rebuild.With("key_name", Parameters.NameOrNull);
        if (version >= 57)
            rebuild = rebuild.Without(Personality.Key).With("user_data", ServerParameters.UserData(nullable: true));
        if (version >= 63)
            rebuild = rebuild.With("trusted_image_certificates", Parameters.Certificates);
        if (version >= 90)
            rebuild = rebuild.With("hostname", version >= 94 ? Parameters.Fqdn : Parameters.Hostname);
        return Schema.Body("rebuild", rebuild);
    }

    private bool HasItems(string key)
        => rebuild.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Array
            && value.GetArrayLength() > 0;
}
