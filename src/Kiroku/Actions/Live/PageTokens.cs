using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Kiroku.Api;
using Microsoft.AspNetCore.DataProtection;

namespace Kiroku.Actions.Live;

/// <summary>
/// Seals where a list's next page begins, with the keys in the store. A token is of use only for the same list, asked
/// for by the same user in the same project, and gives no rights: each page is read with those of its own request.
/// </summary>
internal sealed class PageTokens(IDataProtectionProvider protection)
{
    /// <summary>The problem that a token which does not fit is.</summary>
    public const string Problem = "invalid-page-token";

    private const int LongestToken = 2048;
    private const int IdLength = sizeof(long);

    private readonly IDataProtector protector = protection.CreateProtector("Kiroku.Actions.PageToken");

    /// <param name="list">What is listed, for whom; see <see cref="ListRequest.Identity"/>.</param>
    /// <param name="after">The id of the action to go on behind.</param>
    /// <param name="position">The feed's position when the first page was read.</param>
    public string Seal(string list, long after, string position)
    {
        var id = new byte[IdLength];
        BinaryPrimitives.WriteInt64BigEndian(id, after);
        return Base64Url.EncodeToString(
            protector.Protect([.. Hash(list), .. id, .. Encoding.UTF8.GetBytes(position)]));
    }

    /// <exception cref="Fault">400: this service did not make the token for this list.</exception>
    public (long After, string Position) Open(string list, string token)
    {
        if (token.Length > LongestToken || !Base64Url.IsValid(token) || Unseal(token) is not { } content)
            throw Refuse("page_token is none that this service gave out; begin again with the first page.");
        var hash = Hash(list);
        if (!content.AsSpan().StartsWith(hash))
            throw Refuse(
                "page_token belongs to another list: filter, order_by, all_projects, user and project are to be those "
                + "of the first page.");
        var rest = content.AsSpan(hash.Length);
        return (BinaryPrimitives.ReadInt64BigEndian(rest), Encoding.UTF8.GetString(rest[IdLength..]));
    }

    private byte[]? Unseal(string token)
    {
        try
        {
            return protector.Unprotect(Base64Url.DecodeFromChars(token));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[] Hash(string list) => SHA256.HashData(Encoding.UTF8.GetBytes(list));

    private static Fault Refuse(string why) => new(StatusCodes.Status400BadRequest, why) { Type = Problem };
}
