using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Kiroku.Identity;

/// <summary>What a token's holder finds where: the three services, on the host name that the caller used.</summary>
internal static class Catalog
{
    private static readonly string[] Interfaces = ["public", "internal", "admin"];

    private static readonly (string Type, string Name, string Path)[] Services =
    [
        ("compute", "nova", "/v2.1"),
        ("image", "glance", "/image"),
        ("identity", "keystone", "/identity"),
    ];

    public static void Write(Utf8JsonWriter json, string baseAddress, string region)
    {
        json.WriteStartArray("catalog");
        foreach (var (type, name, path) in Services)
        {
            json.WriteStartObject();
            json.WriteStartArray("endpoints");
            foreach (var face in Interfaces)
                WriteEndpoint(json, StableId($"{type} {face}"), face, region, baseAddress + path);
            json.WriteEndArray();
            json.WriteString("id", StableId(type));
            json.WriteString("type", type);
            json.WriteString("name", name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>An id in Keystone's form that is the same in every installation: the catalog is in no table.</summary>
    public static string StableId(string name)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"kiroku {name}")))[..32];

    private static void WriteEndpoint(Utf8JsonWriter json, string id, string face, string region, string url)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("interface", face);
        json.WriteString("region_id", region);
        json.WriteString("url", url);
        json.WriteString("region", region);
        json.WriteEndObject();
    }
}
