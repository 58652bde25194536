using System.Globalization;
using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Flavors;

/// <summary>Reads the body of POST /flavors after its schema accepted it (nova/compute/flavors.py, create).</summary>
internal static class NewFlavor
{
    /// <summary>The largest single-precision number, with the digits that Nova uses.</summary>
    public const double MaxRxtxFactor = 3.40282e+38;

    /// <exception cref="Fault">400 for a flavor that no server here could have.</exception>
    public static Flavor Read(JsonElement flavor, Microversion version, DateTime now)
    {
        if (Number(flavor, "OS-FLV-EXT-DATA:ephemeral") > 0)
            throw Fault.BadRequest("This cloud does not have ephemeral disks.");
        if (Number(flavor, "swap") > 0)
            throw Fault.BadRequest("This cloud does not have swap disks.");
        return new Flavor
        {
            Id = Text(flavor, "id") is { Length: > 0 } id ? id : Guid.NewGuid().ToString(),
            Name = Text(flavor, "name")!.Trim(),
            MemoryMib = Number(flavor, "ram"),
            Vcpus = Number(flavor, "vcpus"),
            DiskGib = Number(flavor, "disk"),
            RxtxFactor = RxtxFactor(flavor),
            IsPublic = Text(flavor, "os-flavor-access:is_public") is not { } text || Truth.Of(text, otherwise: true),
            Description = version >= 55 ? Text(flavor, "description") : null,
            CreatedAt = now,
        };
    }

    /// <summary>A value as text, whatever its JSON type; null if it is null or missing.</summary>
    public static string? Text(JsonElement of, string key)
        => !of.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null
            ? null : PythonText.Str(value);

    private static int Number(JsonElement flavor, string key)
        => flavor.TryGetProperty(key, out var value) ? WholeNumber.Read(value) : 0;

    private static double RxtxFactor(JsonElement flavor)
    {
        var factor = Text(flavor, "rxtx_factor") is { } text
            ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : 1;
        return factor is > 0 and <= MaxRxtxFactor
            ? factor
            : throw Fault.BadRequest(
                "Invalid input received: 'rxtx_factor' argument must be a float between 0 and 3.40282e+38");
    }
}
