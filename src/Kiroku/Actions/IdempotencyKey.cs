using System.Security.Cryptography;
using System.Text;
using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Actions;

/// <summary>
/// The mark by which the service recognises a repeated request: a key of the caller's choice, valid for one user in one
/// project, and a hash of the request.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed record IdempotencyKey(
    [property: Id(0)] string UserId,
    [property: Id(1)] string ProjectId,
    [property: Id(2)] string Key,
    [property: Id(3)] string RequestHash)
{
    public const string Header = "Idempotency-Key";
    private const int MostCharacters = 255;
    private static readonly object Item = new();

    /// <summary>The key that the request came with; null if it has none or its route ignores keys.</summary>
    public static IdempotencyKey? Of(HttpContext context)
        => context.Items.TryGetValue(Item, out var key) ? (IdempotencyKey?)key : null;

    /// <summary>Reads the request's key, which <see cref="Of"/> then returns.</summary>
    /// <exception cref="Fault">400: the header is not a valid key.</exception>
    public static async Task<IdempotencyKey?> ReadAsync(HttpContext context)
    {
        var header = context.Request.Headers[Header];
        if (header.Count == 0)
            return null;
        if (header is not [{ Length: > 0 and <= MostCharacters } text]
            || !text.All(character => character is >= ' ' and <= '~'))
            throw Fault.BadRequest($"{Header} must be 1 to {MostCharacters} printable ASCII characters.");
        var caller = Caller.Of(context);
        var key = new IdempotencyKey(caller.UserId, caller.ProjectId, text, await HashAsync(context.Request));
        context.Items[Item] = key;
        return key;
    }

    private static async Task<string> HashAsync(HttpRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path.Value}{request.QueryString}\n"));
        hash.AppendData((await RequestBody.ReadBytesAsync(request)).Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
