using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Servers;

/// <summary>The body of a rebuild once its form is right; under /v2 it may hold keys of later versions, which do not count.</summary>
internal readonly struct RebuildRequest(JsonElement rebuild, Microversion version)
{
    private readonly JsonElement rebuild = rebuild;

    public string ImageId => rebuild.GetProperty("imageRef").GetString()!;

    /// <summary>Whether it says by which key the guest lets somebody in, or by none.</summary>
    public bool AsksForKey => version >= 54 && rebuild.TryGetProperty("key_name", out _);

    public string? KeyName => Text("key_name");

    /// <exception cref="Fault">400 for what Kiroku does not have.</exception>
    public void RefuseWhatIsNotHad()
    {
        if (version < 57 && HasItems("personality"))
            throw Fault.BadRequest("This cloud does not have personality.");
        if (version >= 63 && HasItems("trusted_image_certificates"))
            throw Fault.BadRequest("This cloud does not have trusted_image_certificates.");
    }

    /// <summary>The server with the names and notes that the rebuild gives it.</summary>
    public Server Applied(Server server, ServerKey? key) => server with
    {
        Name = Text("name")?.Trim() ?? server.Name,
        Description = version >= 19 && rebuild.TryGetProperty("description", out _) ? Text("description") : server.Description,
        Metadata = rebuild.TryGetProperty("metadata", out _) ? CreateRequest.Pairs(rebuild) : server.Metadata,
        Labels = server.Labels with
        {
            AccessIpv4 = Text("accessIPv4") ?? server.Labels.AccessIpv4,
            AccessIpv6 = Text("accessIPv6") ?? server.Labels.AccessIpv6,
            DiskConfig = Text("OS-DCF:diskConfig") ?? server.Labels.DiskConfig,
            Key = key,
            UserData = version >= 57 && rebuild.TryGetProperty("user_data", out _)
                ? Text("user_data") is { Length: > 0 } data ? data : null
                : server.Labels.UserData,
            Hostname = version >= 90 ? Text("hostname") ?? server.Labels.Hostname : server.Labels.Hostname,
        },
    };

    private string? Text(string key)
        => rebuild.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private bool HasItems(string key)
        => rebuild.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0;
}
