namespace Kiroku.Ui.Door;

/// <summary>A request that the page sends to the API.</summary>
/// <param name="Method">As HTTP has it.</param>
/// <param name="Path">Below the service's address, escaped, as <c>/v2.1/servers</c>.</param>
internal sealed record ApiRequest(string Method, string Path)
{
    /// <summary>With its question mark; empty for none.</summary>
    public string Query { get; init; } = "";

    /// <summary>The session's token; null for a request that needs none.</summary>
    public string? Token { get; init; }

    /// <summary>JSON in UTF-8; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Further headers.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}
