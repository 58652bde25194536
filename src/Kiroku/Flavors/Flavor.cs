using System.Text;
using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Flavors;

/// <summary>A size of server: processors, memory and root disk.</summary>
internal sealed record Flavor
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required int Vcpus { get; init; }

    public required int MemoryMib { get; init; }

    public required int DiskGib { get; init; }

    public string? Description { get; init; }

    /// <summary>Whether everyone may use it. Otherwise only projects that were given access may.</summary>
    public bool IsPublic { get; init; } = true;

    /// <summary>Stored and shown, without effect.</summary>
    public double RxtxFactor { get; init; } = 1;

    /// <summary>A JSON object of strings; what they ask for is in <see cref="Hardware.FlavorWishes"/>.</summary>
    public string ExtraSpecs { get; init; } = "{}";

    public DateTime CreatedAt { get; init; }

    public SortedDictionary<string, string> ReadExtraSpecs()
    {
        using var document = JsonDocument.Parse(ExtraSpecs);
        var specs = document.RootElement.EnumerateObject().ToDictionary(
            spec => spec.Name, spec => spec.Value.GetString()!);
        return new SortedDictionary<string, string>(specs, StringComparer.Ordinal);
    }

    public Flavor WithExtraSpecs(SortedDictionary<string, string> specs)
        => this with { ExtraSpecs = Encoding.UTF8.GetString(JsonResponse.ToBytes(json => WriteSpecs(json, specs))) };

    /// <summary>Writes extra specs as they are stored and as Nova shows them.</summary>
    public static void WriteSpecs(Utf8JsonWriter json, IReadOnlyDictionary<string, string> specs)
    {
        json.WriteStartObject();
        foreach (var (name, value) in specs)
            json.WriteString(name, value);
        json.WriteEndObject();
    }
}
