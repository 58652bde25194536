using System.Buffers;
using System.Text;
using Kiroku.Actions.Feed;

namespace Kiroku.Actions.Live.Streams;

/// <summary>How what a stream tells looks on the wire. Documents are JSON without line breaks.</summary>
internal abstract class StreamForm(string mediaType)
{
    public string MediaType { get; } = mediaType;

    /// <summary>An action, which has changed.</summary>
    public abstract void WriteAction(IBufferWriter<byte> output, FeedPosition position, ReadOnlySpan<byte> document);

    /// <summary>How far the stream is.</summary>
    public abstract void WriteBookmark(IBufferWriter<byte> output, FeedPosition position);

    /// <summary>The last thing that a stream tells.</summary>
    public abstract void WriteEnd(IBufferWriter<byte> output, FeedPosition position, string reason);

    protected static void Write(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}

/// <summary>Server-sent events, as HTML has them: what browsers and their like follow.</summary>
internal sealed class EventStream() : StreamForm("text/event-stream")
{
    public override void WriteAction(IBufferWriter<byte> output, FeedPosition position, ReadOnlySpan<byte> document)
    {
        Write(output, $"event: action\nid: {position}\ndata: ");
        output.Write(document);
        output.Write("\n\n"u8);
    }

    public override void WriteBookmark(IBufferWriter<byte> output, FeedPosition position) => Write(
        output, $$"""
        event: bookmark
        id: {{position}}
        data: {"position":"{{position}}"}


        """);

    public override void WriteEnd(IBufferWriter<byte> output, FeedPosition position, string reason) => Write(
        output, $$"""
        event: end
        id: {{position}}
        data: {"position":"{{position}}","reason":"{{reason}}"}


        """);
}

/// <summary>A JSON document on each line.</summary>
internal sealed class JsonLines() : StreamForm(LiveFormat.Lines)
{
    public override void WriteAction(IBufferWriter<byte> output, FeedPosition position, ReadOnlySpan<byte> document)
    {
        Write(output, $$"""{"type":"action","position":"{{position}}","action":""");
        output.Write(document);
        output.Write("}\n"u8);
    }

    public override void WriteBookmark(IBufferWriter<byte> output, FeedPosition position)
        => Write(output, $$"""{"type":"bookmark","position":"{{position}}"}""" + "\n");

    public override void WriteEnd(IBufferWriter<byte> output, FeedPosition position, string reason)
        => Write(output, $$"""{"type":"end","position":"{{position}}","reason":"{{reason}}"}""" + "\n");
}
