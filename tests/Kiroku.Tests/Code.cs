using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;

namespace Kiroku.Tests;

/// <summary>A method's compiled code, read instruction by instruction (ECMA-335, partition III).</summary>
internal static class Code
{
    private static readonly FrozenDictionary<short, OpCode> Known = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToFrozenDictionary(code => code.Value);

    /// <summary>The members that a method calls, makes or reads and writes; none where it has no code.</summary>
    public static IEnumerable<MemberInfo> Members(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var types = method.DeclaringType?.GetGenericArguments();
        var arguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            var instruction = Known[code[at] == 0xFE ? BinaryPrimitives.ReadInt16BigEndian(code.AsSpan(at)) : code[at]];
            at += instruction.Size;
            if (instruction.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType
                or OperandType.InlineTok
                && method.Module.ResolveMember(BitConverter.ToInt32(code, at), types, arguments) is { } member)
                yield return member;
            at += OperandSize(instruction.OperandType, code, at);
        }
    }

    private static int OperandSize(OperandType type, byte[] code, int at) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
        _ => 4,
    };
}
