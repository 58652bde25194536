using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Kiroku.Ui.Looks;

/// <summary>
/// The style, the script and the icon. They lie in the program, and have their content's hash in their names, so that
/// browsers keep them for good and a new version's are new addresses.
/// </summary>
internal static class PageFiles
{
    private static readonly Lazy<FrozenDictionary<string, Asset>> All = new(Load);

    private static readonly (string File, string Type)[] Files =
    [
        ("kiroku.css", "text/css; charset=utf-8"), ("kiroku.js", "text/javascript; charset=utf-8"),
        ("kiroku.svg", "image/svg+xml"),
    ];

    private static readonly Lazy<FrozenDictionary<string, string>> Names = new(() => All.Value.ToFrozenDictionary(
        asset => $"kiroku{Path.GetExtension(asset.Key)}", asset => asset.Key));

    /// <summary>The path of a file, below the service's address.</summary>
    public static string PathOf(string file) => $"/ui/assets/{Names.Value[file]}";

    public static void MapAssets(this IEndpointRouteBuilder app) => app.MapGet("/ui/assets/{name}", Show);

    private static async Task Show(HttpContext context, string name)
    {
        if (!All.Value.TryGetValue(name, out var asset))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var response = context.Response;
        response.ContentType = asset.Type;
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.Vary = "Accept-Encoding";
        var packed = context.Request.GetTypedHeaders().AcceptEncoding.Any(
            accepted => accepted.Value == "br" && accepted.Quality != 0);
        if (packed)
            response.Headers.ContentEncoding = "br";
        var bytes = packed ? asset.Packed.Value : asset.Bytes;
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static FrozenDictionary<string, Asset> Load() => Files.Select(file =>
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream($"Kiroku.Ui.Looks.{file.File}")
            ?? throw new InvalidOperationException($"The program lacks {file.File}.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..12];
        return (Name: $"kiroku.{hash}{Path.GetExtension(file.File)}",
            Asset: new Asset(file.Type, bytes, new Lazy<byte[]>(() => Pack(bytes))));
    }).ToFrozenDictionary(file => file.Name, file => file.Asset);

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize))
            brotli.Write(bytes);
        return packed.ToArray();
    }

    private sealed record Asset(string Type, byte[] Bytes, Lazy<byte[]> Packed);
}
