using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.CommandLine.Clouds;

/// <summary>The services that a token's catalog names.</summary>
internal static class Catalog
{
    private static readonly string[] Versions = ["v2", "v2.1"];

    /// <summary>The address below which all of Kiroku's services lie, found by that of compute.</summary>
    public static Uri RootOf(JsonElement token, CloudSettings cloud)
    {
        var compute = cloud["compute_endpoint_override"] ?? Compute(token, cloud)
            ?? throw new UsageException($"the catalog at {cloud.AuthUrl} has no {cloud.Interface} endpoint of compute"
                + (cloud.Region is { } region ? $" in region {region}" : ""));
        if (!Uri.TryCreate(compute, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"the catalog at {cloud.AuthUrl} gives {compute} as compute's address");
        var segments = address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var version = Array.FindLastIndex(segments, Versions.Contains);
        var path = string.Join('/', segments[..(version < 0 ? segments.Length : version)]);
        return new Uri($"{address.GetLeftPart(UriPartial.Authority)}/{path}{(path.Length > 0 ? "/" : "")}");
    }

    private static string? Compute(JsonElement token, CloudSettings cloud)
        => Items(token, "catalog").Where(service => service.TextOf("type") == "compute")
            .SelectMany(service => Items(service, "endpoints"))
            .FirstOrDefault(endpoint => endpoint.TextOf("interface") == cloud.Interface
                && (cloud.Region is null || endpoint.TextOf("region_id") == cloud.Region
                    || endpoint.TextOf("region") == cloud.Region))
            is { ValueKind: JsonValueKind.Object } found
            ? found.TextOf("url")
            : null;

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name)
        => parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object)
            : [];
}
