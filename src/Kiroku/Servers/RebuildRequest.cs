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
                    ? Text("user_data") is { Length: > 0 } data ? data : null
                    : server.Labels.UserData,
            },
        };
    }

    private string? Text(string key)
        => rebuild.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private bool HasItems(string key)
        => rebuild.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0;
}
