using System.Text.Json;

namespace Kiroku.Api;

/// <summary>Recognizes requests that delete. They are accepted even when the store is short of space, because they
/// free some.</summary>
internal static class Deleting
{
    /// <summary>Nova's other way to delete a server.</summary>
    private const string ForceDelete = "forceDelete";

    /// <exception cref="Fault">413 for a body that is too large.</exception>
    public static async Task<bool> IsDeletionAsync(HttpRequest request)
    {
        if (HttpMethods.IsDelete(request.Method))
            return true;
        return HttpMethods.IsPost(request.Method)
            && Microversions.IsCompute(request.Path)
            && request.Path.Value!.EndsWith("/action", StringComparison.Ordinal)
            && RequestBody.TryParse(await RequestBody.ReadBytesAsync(request), out var body)
            && body.ValueKind == JsonValueKind.Object
            && body.EnumerateObject().Select(property => property.Name).SequenceEqual([ForceDelete]);
    }

    /// <summary>Whether the request can change anything at all.</summary>
    public static bool IsRead(HttpRequest request)
        => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method);
}
