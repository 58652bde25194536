using System.Globalization;
using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Flavors;

/// <summary>A flavor as Nova shows it (nova/api/openstack/compute/views/flavors.py).</summary>
internal static class FlavorView
{
    /// <summary>An answer with this one flavor.</summary>
    public static JsonResponse Show(HttpContext context, Flavor flavor) => JsonResponse.Ok(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("flavor");
        WriteDetail(json, context.Request, flavor);
        json.WriteEndObject();
    });

    /// <summary>Writes all of a flavor, as in show and in the detailed list.</summary>
    public static void WriteDetail(Utf8JsonWriter json, HttpRequest request, Flavor flavor)
    {
        var version = Microversions.Of(request.HttpContext);
        json.WriteStartObject();
        json.WriteString("id", flavor.Id);
        json.WriteString("name", flavor.Name);
        json.WriteNumber("ram", flavor.MemoryMib);
        json.WriteNumber("disk", flavor.DiskGib);
        if (version >= 75)
            json.WriteNumber("swap", 0);
        else
            json.WriteString("swap", "");
        json.WriteNumber("OS-FLV-EXT-DATA:ephemeral", 0);
        json.WriteBoolean("OS-FLV-DISABLED:disabled", false);
        json.WriteNumber("vcpus", flavor.Vcpus);
        json.WriteBoolean("os-flavor-access:is_public", flavor.IsPublic);
        json.WritePropertyName("rxtx_factor");
        json.WriteRawValue(Decimal(flavor.RxtxFactor));
        Links.WriteResource(json, request, $"flavors/{flavor.Id}");
        WriteDescription(json, version, flavor);
        if (version >= 61 && Caller.Of(request.HttpContext) is var caller
            && caller.May(FlavorRules.ExtraSpecsList, caller.ProjectId))
        {
            json.WritePropertyName("extra_specs");
            Flavor.WriteSpecs(json, flavor.ReadExtraSpecs());
        }
        json.WriteEndObject();
    }

    /// <summary>Writes id and name, as in the plain list.</summary>
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

    /// <summary>Formats a number as Python writes a float: 1.0 for one.</summary>
    private static string Decimal(double number)
        => number.ToString("R", CultureInfo.InvariantCulture) is var text && text.All(char.IsAsciiDigit)
            ? $"{text}.0" : text;
}
