using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Kiroku.Actions.Live;

/// <summary>The answer to a request for one action, with the tag that tells it from others.</summary>
internal sealed record ShownAction(byte[] Body, bool Done, EntityTagHeaderValue Tag)
{
    private const int TagBytes = 16;

    /// <summary>
    /// The tag says nothing of the position: as long as older transactions run, that goes on without any change of the
    /// action.
    /// </summary>
    public static ShownAction Of(ActionDocument document)
        => new(Write(document), document.Done, TagOf(Write(document with { Position = null })));

    private static byte[] Write(ActionDocument document)
        => JsonSerializer.SerializeToUtf8Bytes(document, LiveFormat.Json.ActionDocument);

    private static EntityTagHeaderValue TagOf(byte[] content)
        => new($"\"{Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, TagBytes))}\"");
}
