using System.Text.Json;
using System.Text.RegularExpressions;
using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Images;

/// <summary>
/// The body of PATCH /v2/images/{id}: changes that are applied in order, all or none. The content type selects one of
/// two forms: JSON Patch, or an older form that names the operation by a key (glance/api/v2/images.py, update).
/// </summary>
internal sealed partial class ImagePatch
{
    private const string OldType = "application/openstack-images-v2.0-json-patch";
    private const string NewType = "application/openstack-images-v2.1-json-patch";
    private static readonly string[] Operations = ["add", "remove", "replace"];
    private readonly List<Change> changes = [];
    private readonly bool old;

    private ImagePatch(bool old) => this.old = old;

    /// <exception cref="Fault">415 for another content type, 400 for an invalid patch, 403 for an attribute that
    /// cannot be changed.</exception>
    public static async Task<ImagePatch> ReadAsync(HttpRequest request)
    {
        var type = request.ContentType?.Split(';')[0].Trim();
        if (type is not (OldType or NewType))
            throw new Fault(415, $"Image PATCH expects Content-Type one of: {OldType}, {NewType}");
        var body = await ImageBody.ReadAsync(request);
        if (body.ValueKind != JsonValueKind.Array)
            throw Fault.BadRequest("Request body must be a JSON array of operation objects.");
        var patch = new ImagePatch(type == OldType);
        foreach (var change in body.EnumerateArray())
            patch.changes.Add(patch.Read(change));
        return patch;
    }

    /// <exception cref="Fault">One of the changes cannot be made.</exception>
    public Image Apply(Image image, Caller caller)
        => changes.Aggregate(image, (changed, change) => Apply(changed, change, caller));

    private Image Apply(Image image, Change change, Caller caller)
    {
        var name = change.Name;
        if (name == "owner" && change.Operation != "remove" && !caller.IsAdmin)
            throw new Fault(403, "Owner can't be updated by non admin.");
        ImageAccess.Require(caller, ImageRules.Modify, image.Owner);
        var has = ImageSchemas.Has(name) || image.ReadProperties().ContainsKey(name);
        if (change.Operation == "remove")
            return Remove(image, name, has);
        if (change.Operation == "replace" && !has)
            throw Fault.Conflict($"Property {name} does not exist.");
        if (change.Operation == "add" && has && old)
            throw Fault.Conflict($"Property {name} already present.");
        return ImageAttributes.Set(image, name, change.Value, caller);
    }

    private static Image Remove(Image image, string name, bool has)
    {
        if (ImageSchemas.Has(name))
            throw new Fault(403, $"Property {name} may not be removed.");
        if (!has)
            throw Fault.Conflict($"Property {name} does not exist.");
        var properties = image.ReadProperties();
        properties.Remove(name);
        return image.WithProperties(properties);
    }

    private Change Read(JsonElement change)
    {
        if (change.ValueKind != JsonValueKind.Object)
            throw Fault.BadRequest("Operations must be JSON objects.");
        var operation = old ? OldOperation(change) : NewOperation(change);
        var path = old ? change.GetProperty(operation) : change.TryGetProperty("path", out var found) ? found
            : throw Fault.BadRequest("Unable to find 'path' in JSON Schema change");
        var name = Name(operation, path);
        ImageAttributes.RequireWritable(name);
        if (operation == "remove")
            return new Change(operation, name, default);
        if (!change.TryGetProperty("value", out var value))
            throw Fault.BadRequest($"Operation \"{operation}\" requires a member named \"value\".");
        ImageSchemas.Check(name, value);
        return new Change(operation, name, value);
    }

    private static string NewOperation(JsonElement change)
    {
        var one = $"It must be one of the following: {string.Join(", ", Operations)}.";
        if (!change.TryGetProperty("op", out var op) || op.ValueKind == JsonValueKind.Null)
            throw Fault.BadRequest($"Unable to find `op` in JSON Schema change. {one}");
        return op.ValueKind == JsonValueKind.String && Operations.Contains(op.GetString())
            ? op.GetString()!
            : throw Fault.BadRequest($"Invalid operation: `{PythonText.Str(op)}`. {one}");
    }

    private static string OldOperation(JsonElement change)
    {
        var named = Operations.Where(operation => change.TryGetProperty(operation, out _)).ToList();
        return named.Count switch
        {
            1 => named[0],
            0 => throw Fault.BadRequest(
                "Operation objects must contain exactly one member named \"add\", \"remove\", or \"replace\"."),
            _ => throw Fault.BadRequest(
                "Operation objects must contain only one member named \"add\", \"remove\", or \"replace\"."),
        };
    }

    /// <summary>
    /// The attribute that a pointer refers to. Parts of an attribute cannot be changed on their own.
    /// </summary>
    private static string Name(string operation, JsonElement path)
    {
        var pointer = path.ValueKind == JsonValueKind.String ? path.GetString()! : PythonText.Repr(path);
        if (Wrong(pointer) is { } wrong)
            throw Fault.BadRequest($"Pointer `{pointer}` {wrong}");
        var parts = pointer[1..].Split('/').Select(part => part.Replace("~1", "/").Replace("~0", "~").Trim()).ToList();
        if (parts[0] == "locations" && parts.Count == (operation == "replace" ? 1 : 2))
            throw new Fault(403, $"It's not allowed to {(operation == "replace" ? "update" : operation)} locations if "
                + "locations are invisible.");
        return parts.Count == 1 ? parts[0] : throw Fault.BadRequest(
            $"Invalid JSON pointer for this resource: '/{string.Join('/', parts)}'");
    }

    private static string? Wrong(string pointer)
    {
        if (!pointer.StartsWith('/'))
            return "does not start with \"/\".";
        if (AdjacentSlashes().IsMatch(pointer[1..]))
            return "contains adjacent \"/\".";
        if (pointer.Length > 1 && pointer.EndsWith('/'))
            return "end with \"/\".";
        if (pointer[1..].Trim().Length == 0)
            return "does not contains valid token.";
        return UnknownEscape().IsMatch(pointer) ? "contains \"~\" not part of a recognized escape sequence." : null;
    }

    [GeneratedRegex(@"/\s*/")]
    private static partial Regex AdjacentSlashes();

    [GeneratedRegex("~([^01]|$)")]
    private static partial Regex UnknownEscape();

    private readonly record struct Change(string Operation, string Name, JsonElement Value);
}
