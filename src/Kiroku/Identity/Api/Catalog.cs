using System.Text.Json;
using Kiroku.Identity.Accounts;

namespace Kiroku.Identity.Api;

/// <summary>The four services and their addresses, which use the host name that the caller used.</summary>
internal static class Catalog
{
    public static readonly CatalogService[] Services =
    [
        new("compute", "nova", "/v2.1"),
        new("image", "glance", "/image"),
        new("network", "neutron", "/network"),
        new("identity", "keystone", "/identity"),
    ];

    public static void Write(Utf8JsonWriter json, string baseAddress, string region)
    {
        json.WriteStartArray("catalog");
        foreach (var service in Services)
        {
            json.WriteStartObject();
            json.WriteStartArray("endpoints");
            foreach (var endpoint in service.Endpoints)
                WriteEndpoint(json, endpoint, region, baseAddress + service.Path);
            json.WriteEndArray();
            json.WriteString("id", service.Id);
            json.WriteString("type", service.Type);
            json.WriteString("name", service.Name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteEndpoint(Utf8JsonWriter json, CatalogEndpoint endpoint, string region, string url)
    {
        json.WriteStartObject();
        json.WriteString("id", endpoint.Id);
        json.WriteString("interface", endpoint.Interface);
        json.WriteString("region_id", region);
        json.WriteString("url", url);
        json.WriteString("region", region);
        json.WriteEndObject();
    }
}

/// <summary>A service and its path below the common address.</summary>
internal sealed record CatalogService(string Type, string Name, string Path)
{
    private static readonly string[] Interfaces = ["public", "internal", "admin"];

    public string Id { get; } = StableId.Of(Type);

    public IEnumerable<CatalogEndpoint> Endpoints => Interfaces.Select(face => new CatalogEndpoint(this, face));
}

/// <summary>One of a service's three endpoints, which all have the same address.</summary>
internal sealed record CatalogEndpoint(CatalogService Service, string Interface)
{
    public string Id => StableId.Of($"{Service.Type} {Interface}");
}
