using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>Reads the one thing that a request's body is about, with Neutron's words for what is wrong.</summary>
internal sealed class NetworkBody
{
    private const int MaxText = 255;

    private readonly JsonElement thing;

    private NetworkBody(JsonElement thing) => this.thing = thing;

    /// <summary>A thing that another service was asked for.</summary>
    public static NetworkBody Of(JsonElement thing) => new(thing);

    /// <param name="request">The request.</param>
    /// <param name="name">What it is about.</param>
    /// <param name="known">The keys that may be given.</param>
    /// <exception cref="Fault">400 for another body or key.</exception>
    public static async Task<NetworkBody> ReadAsync(HttpRequest request, string name, params string[] known)
    {
        var body = await RequestBody.ReadObjectAsync(request);
        if (!body.TryGetProperty(name, out var thing) || thing.ValueKind != JsonValueKind.Object)
            throw Fault.BadRequest($"Unable to find '{name}' in request body");
        var unknown = thing.EnumerateObject().Select(pair => pair.Name).Except(known).ToList();
        return unknown.Count == 0
            ? new NetworkBody(thing)
            : throw Fault.BadRequest($"Unrecognized attribute(s) '{string.Join(", ", unknown)}'");
    }

    public bool Has(string key) => thing.TryGetProperty(key, out _);

    /// <summary>The value; undefined where none is given.</summary>
    public JsonElement this[string key] => thing.TryGetProperty(key, out var value) ? value : default;

    /// <summary>A text of at most 255 characters; null where none is given.</summary>
    /// <exception cref="Fault">400 for anything else.</exception>
    public string? Text(string key)
    {
        if (!Has(key))
            return null;
        var value = this[key];
        if (value.ValueKind != JsonValueKind.String)
            throw Invalid(key, $"'{PythonText.Str(value)}' is not a valid string.");
        var text = value.GetString()!;
        return text.Length <= MaxText
            ? text
            : throw Invalid(key, $"'{text}' exceeds maximum length of {MaxText}.");
    }

    /// <summary>A text, or null given as such or not at all.</summary>
    public string? TextOrNull(string key)
        => this[key].ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : Text(key);

    /// <summary>The project that the thing is to be of: the caller's or, for an administrator, another.</summary>
    public string? Project => TextOrNull("project_id") ?? TextOrNull("tenant_id");

    public static Fault Invalid(string key, string reason)
        => Fault.BadRequest($"Invalid input for {key}. Reason: {reason}");
}
