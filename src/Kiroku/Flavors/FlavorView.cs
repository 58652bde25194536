using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Flavors;

/// <summary>A flavor as Nova shows it (nova/api/openstack/compute/views/flavors.py).</summary>
internal static class FlavorView
{
    /// <summary>With all that it offers, as in show and in the detailed list.</summary>
    public static void WriteDetail(Utf8JsonWriter json, HttpRequest request, Flavor flavor)
    {
        var version = Microversions.Of(request.HttpContext);
        json.WriteStartObject();
        json.WriteString("id", flavor.Id);
        json.WriteString("name", flavor.Name);
        json.WriteNumber("ram", flavor.MemoryMiB);
        json.WriteNumber("disk", flavor.DiskGiB);
        if (version >= 75)
            json.WriteNumber("swap", 0);
        else
            json.WriteString("swap", "");
        json.WriteNumber("OS-FLV-EXT-DATA:ephemeral", 0);
        json.WriteBoolean("OS-FLV-DISABLED:disabled", false);
        json.WriteNumber("vcpus", flavor.Vcpus);
        json.WriteBoolean("os-flavor-access:is_public", true);
        json.WritePropertyName("rxtx_factor");
        json.WriteRawValue("1.0");
        Links.WriteResource(json, request, $"flavors/{flavor.Id}");
        WriteDescription(json, version, flavor);
        if (version >= 61)
        {
            json.WriteStartObject("extra_specs");
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>By name only, as in the plain list.</summary>
    public static void WriteBrief(Utf8JsonWriter json, HttpRequest request, Flavor flavor)
    {
        json.WriteStartObject();
        json.WriteString("id", flavor.Id);
        json.WriteString("name", flavor.Name);
        Links.WriteResource(json, request, $"flavors/{flavor.Id}");
        WriteDescription(json, Microversions.Of(request.HttpContext), flavor);
        json.WriteEndObject();
    }

    private static void WriteDescription(Utf8JsonWriter json, Microversion version, Flavor flavor)
    {
        if (version >= 55)
            json.WriteString("description", flavor.Description);
    }
}
